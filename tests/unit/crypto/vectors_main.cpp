// Runs the vectors, then compares the number of cases with what SOURCE.md demands.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <sstream>

#include "crypto/self_test.h"
#include "unit/crypto/vector_file.h"

namespace {

// Rows "| file | cases | .." of the table.
std::map<std::string, int> demanded_cases() {
    std::map<std::string, int> demanded;
    std::istringstream source(chapar::testing::read_vector_file("SOURCE.md"));
    for (std::string line; std::getline(source, line);) {
        std::istringstream row(line);
        std::string bar, file, second_bar;
        int cases = 0;
        if (row >> bar >> file >> second_bar >> cases && bar == "|" && second_bar == "|") {
            demanded[file] = cases;
        }
    }
    return demanded;
}

int compare_with_source() {
    const std::map<std::string, int> demanded = demanded_cases();
    int failures = demanded.empty() ? 1 : 0;
    for (const auto& [file, cases] : demanded) {
        const auto& ran = chapar::testing::counted_cases();
        const auto found = ran.find(file);
        const int count = found == ran.end() ? 0 : found->second;
        std::printf("%5d of %5d cases  %s\n", count, cases, file.c_str());
        if (count < cases) ++failures;
    }
    if (failures != 0) std::printf("FAILED: fewer cases ran than SOURCE.md states\n");
    return failures;
}

}  // namespace

int main(int argc, char** argv) {
    if (!chapar::crypto::start()) {
        std::printf("FAILED: self-tests\n");
        return 1;
    }
    doctest::Context context(argc, argv);
    const int failed = context.run();
    if (context.shouldExit()) return failed;
    return compare_with_source() != 0 || failed != 0 ? 1 : 0;
}
