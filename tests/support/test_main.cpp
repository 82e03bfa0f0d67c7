// main() of the test programs that use crypto/: doctest, once the library's self-test has passed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "crypto/self_test.h"

int main(int count, char** arguments) {
    if (!chapar::crypto::start()) {
        std::puts("self-test failed");
        return 1;
    }
    return doctest::Context(count, arguments).run();
}
