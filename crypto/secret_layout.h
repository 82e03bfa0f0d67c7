// Writes secrets in the strict layout into a buffer of known size, so that no copy is left behind
// by growth. For crypto/ only; reading is LayoutReader's.
#pragma once

#include <algorithm>
#include <cstdint>

#include "crypto/secret.h"
#include "schemas/base/assert.h"
#include "schemas/base/bytes.h"

namespace chapar::crypto {

class SecretLayoutWriter {
  public:
    explicit SecretLayoutWriter(std::size_t size) : out_(size) {}

    SecretLayoutWriter& number(std::uint64_t n, std::size_t bytes) {
        CHAPAR_ASSERT(bytes <= out_.size() - at_);
        for (std::size_t i = bytes; i-- > 0;) {
            out_.expose_mutable()[at_++] = static_cast<std::byte>(n >> (8 * i));
        }
        return *this;
    }
    SecretLayoutWriter& raw(ByteView bytes) {
        CHAPAR_ASSERT(bytes.size() <= out_.size() - at_);
        std::ranges::copy(bytes, out_.expose_mutable().begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += bytes.size();
        return *this;
    }
    // REQUIRES: every byte was written.
    [[nodiscard]] SecretBuffer take() {
        CHAPAR_ASSERT(at_ == out_.size());
        return std::move(out_);
    }

  private:
    SecretBuffer out_;
    std::size_t at_ = 0;
};

}  // namespace chapar::crypto
