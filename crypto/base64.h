// Standard base 64 (RFC 4648, section 4), as the C2SP text formats use it. Not for secrets.
//
// Strict: padding is demanded, and so are zero bits in the last character, so that each byte string
// has exactly one text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"

namespace chapar::crypto {

[[nodiscard]] std::string to_base64(ByteView bytes);
// Empty for any other character, missing padding, or bits that are not used.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace chapar::crypto
