#include "crypto/secret_hex.h"

#include <cctype>

namespace chapar::crypto {
namespace {

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<Secret32> secret_from_hex(std::string_view text) {
    if (text.size() != 2 * Secret32::kSize) return std::nullopt;
    Secret32 secret;
    const auto out = secret.expose_mutable();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = digit_of(text[2 * i]);
        const int low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out[i] = static_cast<std::byte>(high << 4 | low);
    }
    return secret;
}

void secret_to_hex(const Secret32& secret, std::span<std::byte> out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    CHAPAR_ASSERT(out.size() >= 2 * Secret32::kSize);
    std::size_t at = 0;
    for (const std::byte b : secret.expose()) {
        out[at++] = static_cast<std::byte>(kDigits[std::to_integer<std::size_t>(b >> 4)]);
        out[at++] =
            static_cast<std::byte>(kDigits[std::to_integer<std::size_t>(b & std::byte{15})]);
    }
}

}  // namespace chapar::crypto
