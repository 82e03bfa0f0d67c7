// Sealing switched off: what the demo's search for readable text must catch.
//
// Linked into `chapar-unsealed` in place of crypto/aead.cpp and crypto/self_test.cpp (whose
// self-tests would, rightly, refuse to start). Never installed.
#include <algorithm>

#include "crypto/aead.h"
#include "crypto/self_test.h"

namespace chapar::crypto {
namespace {

Bytes readable(ByteView plaintext) {
    Bytes out = to_bytes(plaintext);
    out.resize(out.size() + kTagBytes);
    return out;
}

Result<SecretBuffer> without_tag(ByteView sealed) {
    if (sealed.size() < kTagBytes) return Errc::OpenFailed;
    return SecretBuffer::copy_of(sealed.first(sealed.size() - kTagBytes));
}

}  // namespace

void chacha_seal(const Secret32&, const Nonce&, ByteView, ByteView plaintext,
                 std::span<std::byte> out) {
    std::ranges::copy(readable(plaintext), out.begin());
}

Status chacha_open(const Secret32&, const Nonce&, ByteView, ByteView sealed,
                   std::span<std::byte> out) {
    std::ranges::copy(sealed.first(out.size()), out.begin());
    return Done{};
}

Bytes chacha_seal(const Secret32&, const Nonce&, ByteView, ByteView plaintext) {
    return readable(plaintext);
}

Result<SecretBuffer> chacha_open(const Secret32&, const Nonce&, ByteView, ByteView sealed) {
    return without_tag(sealed);
}

Bytes xchacha_seal(const Secret32&, const WideNonce&, ByteView, ByteView plaintext) {
    return readable(plaintext);
}

Result<SecretBuffer> xchacha_open(const Secret32&, const WideNonce&, ByteView, ByteView sealed) {
    return without_tag(sealed);
}

Status start() { return Done{}; }

}  // namespace chapar::crypto
