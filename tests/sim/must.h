// What cannot fail in the simulator's own steps, outside of any simulated process.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "schemas/base/result.h"

namespace chapar::sim {

template <typename T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "simulator: %s %s\n", text_of(result.error().code).code.data(),
                     result.error().context.c_str());
        std::abort();
    }
    return std::move(result).value();
}

}  // namespace chapar::sim
