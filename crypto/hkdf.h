// HMAC-SHA256 and HKDF-SHA256.
//
// Owns: the key derivation function of the whole project. Does not know the info strings: they
// stand where they are used. Sources: RFC 2104 and RFC 5869, over sha256.h.
#pragma once

#include <initializer_list>
#include <span>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// The longest output HKDF-SHA256 can give.
constexpr std::size_t kHkdfBytes = 255 * 32;

// Of the concatenation of the parts. A key of any length.
[[nodiscard]] Secret32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

// An empty salt means 32 zero bytes (RFC 5869, 2.2).
[[nodiscard]] Secret32 hkdf_extract(ByteView salt, std::initializer_list<ByteView> key_material);

// Fills `out`; TooLarge beyond kHkdfBytes. The info is the concatenation of its parts.
[[nodiscard]] Status hkdf_expand(ByteView pseudorandom_key, std::initializer_list<ByteView> info,
                                 std::span<std::byte> out);

// The usual case: 32 bytes.
[[nodiscard]] Secret32 hkdf_expand32(ByteView pseudorandom_key,
                                     std::initializer_list<ByteView> info);

}  // namespace chapar::crypto
