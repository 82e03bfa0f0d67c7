#include "crypto/sha256.h"

#include <sodium.h>

#include <new>

#include "crypto/secret.h"
#include "crypto/sodium_bytes.h"

namespace chapar::crypto {
namespace {

crypto_hash_sha256_state* state_in(std::span<std::byte> bytes) {
    return std::launder(reinterpret_cast<crypto_hash_sha256_state*>(bytes.data()));
}

}  // namespace

Hash sha256(ByteView bytes) {
    Hash hash;
    crypto_hash_sha256(out(hash.bytes), in(bytes), bytes.size());
    return hash;
}

Hash sha256(std::initializer_list<ByteView> parts) {
    Sha256 hash;
    for (const ByteView part : parts) hash.update(part);
    return hash.finish();
}

Sha256::Sha256() {
    static_assert(sizeof(crypto_hash_sha256_state) == kStateBytes);
    static_assert(alignof(crypto_hash_sha256_state) <= 8);
    new (state_.data()) crypto_hash_sha256_state;
    crypto_hash_sha256_init(state_in(state_));
}

Sha256::~Sha256() { wipe(state_); }

Sha256& Sha256::update(ByteView bytes) {
    crypto_hash_sha256_update(state_in(state_), in(bytes), bytes.size());
    return *this;
}

Hash Sha256::finish() {
    Hash hash;
    crypto_hash_sha256_final(state_in(state_), out(hash.bytes));
    return hash;
}

}  // namespace chapar::crypto
