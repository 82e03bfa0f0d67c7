// Lower-case hexadecimal, for people, JSON and file names. Not for secrets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"

namespace chapar {

[[nodiscard]] std::string to_hex(ByteView bytes);
// Empty for an odd length or any character but 0-9, a-f, A-F.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

}  // namespace chapar
