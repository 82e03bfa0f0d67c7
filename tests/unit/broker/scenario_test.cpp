#include "tests/unit/broker/scenario.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/broker/store_choice.h"

namespace chapar::testing {
namespace {

std::vector<std::filesystem::path> scenario_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(CHAPAR_SCENARIOS)) {
        if (entry.path().extension() == ".scenario") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

TEST_CASE("every scenario goes as written, and the invariants hold after every step") {
    const auto files = scenario_files();
    CHECK(files.size() >= 14);
    for (const auto& file : files) {
        SUBCASE(file.filename().string().c_str()) { run_scenario(file, chosen_store()); }
    }
}

}  // namespace
}  // namespace chapar::testing
