#include "crypto/secret.h"

#include <sodium.h>

#include "crypto/arena.h"

namespace chapar::crypto {

static_assert(kArenaBuffer == arena::kBlockBytes);

void wipe(std::span<std::byte> bytes) {
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Status reserve_secrets(std::size_t count) {
    return arena::reserve(std::min(count, arena::kLimitBytes) * Secret32::kSize);
}

SecretBlock::SecretBlock(std::size_t size) : size_(size) {
    if (size == 0) return;
    data_ = size <= kArenaBuffer ? arena::take(size) : new std::byte[size]();
}

void SecretBlock::release() noexcept {
    if (data_ == nullptr) return;
    if (size_ <= kArenaBuffer) {
        arena::give_back(data_, size_);
    } else {
        sodium_memzero(data_, size_);
        delete[] data_;
    }
    data_ = nullptr;
    size_ = 0;
}

SecretBuffer SecretBuffer::copy_of(ByteView from) {
    SecretBuffer out(from.size());
    std::copy(from.begin(), from.end(), out.expose_mutable().begin());
    return out;
}

void SecretBuffer::truncate(std::size_t size) {
    CHAPAR_ASSERT(size <= size_);
    wipe(expose_mutable().subspan(size));
    size_ = size;
}

}  // namespace chapar::crypto
