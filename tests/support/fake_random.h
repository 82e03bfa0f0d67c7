// A deterministic `Random` for tests: the same seed gives the same bytes, on every machine.
//
// Not secret and not uniform enough for anything but tests.
#pragma once

#include <cstdint>

#include "crypto/random.h"

namespace chapar::testing {

class FakeRandom final : public crypto::Random {
  public:
    explicit FakeRandom(std::uint64_t seed) : state_(seed) {}

    // SplitMix64, one step for each byte.
    void fill(std::span<std::byte> out) override {
        for (std::byte& b : out) {
            state_ += 0x9E3779B97F4A7C15ULL;
            std::uint64_t z = state_;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
            b = static_cast<std::byte>((z ^ (z >> 31)) & 0xFF);
        }
    }

  private:
    std::uint64_t state_;
};

}  // namespace chapar::testing
