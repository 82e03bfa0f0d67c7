#include "crypto/checksum.h"

#include <sodium.h>

#include <array>

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
    std::size_t size = 0;
    for (const ByteView part : parts) size += part.size();
    // Most records are small: these are put together without a call for memory.
    std::array<std::byte, 512> few;
    Bytes many;
    if (size > few.size()) many.resize(size);
    const std::span<std::byte> all(size > few.size() ? many.data() : few.data(), size);
    auto end = all.begin();
    for (const ByteView part : parts) end = std::copy(part.begin(), part.end(), end);
    return checksum(key, all);
}

}  // namespace chapar::crypto
