// interop-tool emit SEED | check FILE
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "crypto/self_test.h"
#include "integration/interop/interop.h"

int main(int argc, char** argv) {
    if (argc != 3 || !chapar::crypto::start()) return 2;
    try {
        if (std::strcmp(argv[1], "emit") == 0) {
            return chapar::interop::emit(std::strtoull(argv[2], nullptr, 10));
        }
        if (std::strcmp(argv[1], "check") == 0) return chapar::interop::check(argv[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 2;
}
