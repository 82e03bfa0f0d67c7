// SHAKE128 for the accumulated HPKE vectors; the product has no use for it. Source: FIPS 202.
#pragma once

#include <array>
#include <cstdint>

#include "schemas/base/bytes.h"

namespace chapar::testing {

class Shake128 {
  public:
    // All writes come before the first read.
    void write(ByteView bytes);
    [[nodiscard]] Bytes read(std::size_t size);

  private:
    static constexpr std::size_t kRate = 168;
    void absorb_byte(std::byte b);
    std::array<std::uint64_t, 25> state_{};
    std::size_t at_ = 0;
    bool squeezing_ = false;
};

}  // namespace chapar::testing
