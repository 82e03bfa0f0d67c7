// The seam for randomness: everything random in the project comes through a `Random&`.
//
// Owns: the interface and the operating system's source. Does not know what the bytes are for.
// A deterministic double for tests is tests/support/fake_random.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "schemas/base/bytes.h"

namespace chapar::crypto {

class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> out) = 0;
};

// The operating system's generator, through libsodium. Aborts the process if there is none.
class SystemRandom final : public Random {
  public:
    void fill(std::span<std::byte> out) override;
};

// Uniform in [0, bound). REQUIRES: bound >= 1.
[[nodiscard]] std::uint32_t random_below(Random& random, std::uint32_t bound);

// A public random value, such as a blind or an identifier.
template <typename Fixed>
[[nodiscard]] Fixed random_value(Random& random) {
    Fixed out;
    random.fill(out.bytes);
    return out;
}

}  // namespace chapar::crypto
