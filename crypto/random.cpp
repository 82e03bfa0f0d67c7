#include "crypto/random.h"

#include <sodium.h>

#include "crypto/sodium_bytes.h"
#include "schemas/base/assert.h"

namespace chapar::crypto {

void SystemRandom::fill(std::span<std::byte> bytes) { randombytes_buf(out(bytes), bytes.size()); }

std::uint32_t random_below(Random& random, std::uint32_t bound) {
    CHAPAR_ASSERT(bound >= 1);
    // Draws below this threshold would make small results more likely.
    const std::uint32_t threshold = (0U - bound) % bound;
    for (;;) {
        std::array<std::byte, 4> bytes{};
        random.fill(bytes);
        std::uint32_t draw = 0;
        for (const std::byte b : bytes) draw = draw << 8 | static_cast<std::uint32_t>(b);
        if (draw >= threshold) return draw % bound;
    }
}

}  // namespace chapar::crypto
