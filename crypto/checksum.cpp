#include "crypto/checksum.h"

#include <sodium.h>

#include "crypto/sodium_bytes.h"

namespace chapar::crypto {

std::uint64_t checksum(const ChecksumKey& key, ByteView bytes) {
    static_assert(crypto_shorthash_BYTES == 8 && crypto_shorthash_KEYBYTES == 16);
    std::array<std::byte, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(out(hash), in(bytes), bytes.size(), in(key.view()));
    std::uint64_t number = 0;
    for (const std::byte b : hash) number = number << 8 | static_cast<std::uint64_t>(b);
    return number;
}

std::uint64_t checksum(const ChecksumKey& key, std::initializer_list<ByteView> parts) {
    Bytes all;
    for (const ByteView part : parts) append(all, part);
    return checksum(key, all);
}

}  // namespace chapar::crypto
