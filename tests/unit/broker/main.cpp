#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <string_view>

#include "tests/unit/broker/store_choice.h"

namespace chapar::testing {
namespace {
StoreKind store_of_this_run = StoreKind::Memory;
}
StoreKind chosen_store() { return store_of_this_run; }
}  // namespace chapar::testing

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--lmdb") {
            chapar::testing::store_of_this_run = chapar::testing::StoreKind::Lmdb;
        }
    }
    doctest::Context context(argc, argv);
    return context.run();
}
