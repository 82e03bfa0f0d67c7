// Secrets of 32 bytes in hexadecimal, for key files; leaves no copy behind.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "crypto/secret.h"

namespace chapar::crypto {

// Empty for anything but 64 hexadecimal digits.
[[nodiscard]] std::optional<Secret32> secret_from_hex(std::string_view text);
// REQUIRES: room for 64 characters.
void secret_to_hex(const Secret32& secret, std::span<std::byte> out);

}  // namespace chapar::crypto
