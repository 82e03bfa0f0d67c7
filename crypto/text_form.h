// Helpers for the strict text formats (notes, checkpoints, proofs). For crypto/ only.
//
// Owns: UTF-8, decimal numbers and lines. Does not know any format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base64.h"
#include "schemas/base/bytes.h"

namespace chapar::crypto {

// Empty unless the text is valid UTF-8 (no overlong forms, no surrogates).
[[nodiscard]] std::optional<std::u32string> decode_utf8(std::string_view text);
// Unicode White_Space, as in "Unicode spaces" of the C2SP documents.
[[nodiscard]] bool is_unicode_space(char32_t c);
// Decimal without sign or leading zero; empty if it is none or exceeds 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);
// The base 64 text of exactly one 32-byte value.
template <typename Fixed>
[[nodiscard]] std::optional<Fixed> parse_base64_value(std::string_view text) {
    const std::optional<Bytes> bytes = from_base64(text);
    if (!bytes) return std::nullopt;
    return Fixed::from(*bytes);
}

// Cuts the text up to the next newline off `rest`, newline included in the cut but not in the
// result. Empty if no newline is left.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& rest);

}  // namespace chapar::crypto
