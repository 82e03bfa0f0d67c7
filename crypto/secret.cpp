#include "crypto/secret.h"

#include <sodium.h>

namespace chapar::crypto {

void wipe(std::span<std::byte> bytes) {
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretBuffer SecretBuffer::copy_of(ByteView from) {
    SecretBuffer out(from.size());
    std::copy(from.begin(), from.end(), out.bytes_.begin());
    return out;
}

void SecretBuffer::truncate(std::size_t size) {
    CHAPAR_ASSERT(size <= bytes_.size());
    wipe(expose_mutable().subspan(size));
    bytes_.resize(size);
}

}  // namespace chapar::crypto
