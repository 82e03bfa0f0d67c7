#include "crypto/sha256.h"

// The functions that work on a state of the caller's: those that OpenSSL 3 prefers to them look an
// algorithm up and allocate, which costs more than most of what is hashed here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <new>

#include "crypto/secret.h"
#include "crypto/sodium_bytes.h"
#include "schemas/base/assert.h"

namespace chapar::crypto {
namespace {

SHA256_CTX* state_in(std::span<std::byte> bytes) {
    return std::launder(reinterpret_cast<SHA256_CTX*>(bytes.data()));
}

}  // namespace

Hash sha256(ByteView bytes) { return Sha256().update(bytes).finish(); }

Hash sha256(std::initializer_list<ByteView> parts) {
    Sha256 hash;
    for (const ByteView part : parts) hash.update(part);
    return hash.finish();
}

Sha256::Sha256() {
    static_assert(sizeof(SHA256_CTX) == kStateBytes);
    static_assert(alignof(SHA256_CTX) <= 8);
    new (state_.data()) SHA256_CTX;
    CHAPAR_ASSERT(SHA256_Init(state_in(state_)) == 1);
}

Sha256::~Sha256() { wipe(state_); }

Sha256& Sha256::update(ByteView bytes) {
    CHAPAR_ASSERT(SHA256_Update(state_in(state_), bytes.data(), bytes.size()) == 1);
    return *this;
}

Hash Sha256::finish() {
    Hash hash;
    CHAPAR_ASSERT(SHA256_Final(out(hash.bytes), state_in(state_)) == 1);
    return hash;
}

}  // namespace chapar::crypto
