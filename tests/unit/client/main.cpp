#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "crypto/self_test.h"

int main(int count, char** arguments) {
    if (!chapar::crypto::start()) {
        std::puts("self-test failed");
        return 1;
    }
    doctest::Context context(count, arguments);
    return context.run();
}
