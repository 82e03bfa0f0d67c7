// Runs the ledger vectors, then compares the number of cases with what SOURCE.md states.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "crypto/self_test.h"
#include "unit/crypto_records/ledger_vectors.h"

int main(int argc, char** argv) {
    if (!chapar::crypto::start()) return 1;
    doctest::Context context(argc, argv);
    const int failed = context.run();
    if (context.shouldExit()) return failed;
    return chapar::testing::ledger_vectors().compare_with_source() != 0 || failed != 0 ? 1 : 0;
}
