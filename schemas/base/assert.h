// An assertion that stays on in release builds.
//
// For broken invariants only: no input, however hostile, may reach a failing one. Expected and
// hostile conditions are a `Result` (result.h).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace chapar {

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "chapar: broken invariant: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

}  // namespace chapar

#define CHAPAR_ASSERT(condition)        \
    ((condition) ? static_cast<void>(0) \
                 : ::chapar::assertion_failed(#condition, __FILE__, __LINE__))
