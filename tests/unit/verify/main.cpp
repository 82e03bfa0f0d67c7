#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "crypto/self_test.h"

int main(int argc, char** argv) {
    if (!chapar::crypto::start()) {
        std::printf("FAILED: self-tests\n");
        return 1;
    }
    return doctest::Context(argc, argv).run();
}
