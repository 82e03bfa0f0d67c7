// Padding that hides the length of a text within at most 12 %.
//
// 0x80 is appended, then zeros up to max(256, Padme(length + 1)). Any other padded length, or no
// 0x80, is refused. Source: crypto/envelope.md, "Padding".
#pragma once

#include <cstdint>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// Stands after the text, before the zeros.
constexpr std::byte kPaddingMark{0x80};

// The padded size of a text of `length` bytes.
[[nodiscard]] std::uint64_t padded_size(std::uint64_t length);
[[nodiscard]] SecretBuffer pad(ByteView text);
// The length of the text; StreamPadding if the padding is not the one the rule demands.
[[nodiscard]] Result<std::size_t> unpadded_size(ByteView padded);

}  // namespace chapar::crypto
