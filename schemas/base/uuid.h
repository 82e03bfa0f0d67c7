// UUID version 7: 48 bits of UTC milliseconds, then random bits (RFC 9562 section 5.7).
//
// Owns: the layout and the text form. Draws nothing and reads no clock: time and random bytes are
// given. Used for message ids; case ids are 128 random bits and are not made here.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"

namespace chapar {

using UuidRandom = std::array<std::byte, 10>;

// 74 of the 80 random bits are used; the version and variant bits take the place of the others.
[[nodiscard]] MessageId uuid_v7(TimeMs time, const UuidRandom& random);

// 8-4-4-4-12 lower-case hexadecimal digits. REQUIRES: 16 bytes.
[[nodiscard]] std::string uuid_text(ByteView bytes);
// The 16 bytes of such a text (upper case is read too); empty for any other text.
[[nodiscard]] std::optional<std::array<std::byte, 16>> parse_uuid(std::string_view text);

}  // namespace chapar
