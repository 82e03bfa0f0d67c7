// The keyed 64-bit checksum that storage frames its records with (SipHash-2-4).
//
// Finds damage and misplaced records; proves nothing to anyone who has the key. Does not know the
// frame. Source: libsodium's crypto_shorthash.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "crypto/random.h"
#include "schemas/base/bytes.h"

namespace chapar::crypto {

using ChecksumKey = FixedBytes<struct ChecksumKeyTag, 16>;

// Of the concatenation of the parts.
[[nodiscard]] std::uint64_t checksum(const ChecksumKey& key, ByteView bytes);
[[nodiscard]] std::uint64_t checksum(const ChecksumKey& key, std::initializer_list<ByteView> parts);

}  // namespace chapar::crypto
