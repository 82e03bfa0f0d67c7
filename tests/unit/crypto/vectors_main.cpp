// Runs the vectors, then compares the number of cases with what SOURCE.md demands.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "crypto/self_test.h"
#include "unit/crypto/vector_file.h"

int main(int argc, char** argv) {
    if (!chapar::crypto::start()) {
        std::printf("FAILED: self-tests\n");
        return 1;
    }
    doctest::Context context(argc, argv);
    const int failed = context.run();
    if (context.shouldExit()) return failed;
    return chapar::testing::crypto_vectors().compare_with_source() != 0 || failed != 0 ? 1 : 0;
}
