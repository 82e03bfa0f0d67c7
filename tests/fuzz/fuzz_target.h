// What a fuzz target offers: libFuzzer's entry point, and seeds for those who run it without
// libFuzzer (replay_main.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "schemas/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace chapar::testing {

// Valid inputs, the same on every run.
[[nodiscard]] std::vector<Bytes> fuzz_seeds();

}  // namespace chapar::testing
