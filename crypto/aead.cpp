#include "crypto/aead.h"

#include <sodium.h>

#include "crypto/sodium_bytes.h"

namespace chapar::crypto {

void chacha_seal(const Secret32& key, const Nonce& nonce, ByteView aad, ByteView plaintext,
                 std::span<std::byte> sealed) {
    CHAPAR_ASSERT(sealed.size() == plaintext.size() + kTagBytes);
    crypto_aead_chacha20poly1305_ietf_encrypt(out(sealed), nullptr, in(plaintext), plaintext.size(),
                                              in(aad), aad.size(), nullptr, in(nonce.view()),
                                              in(key.expose()));
}

Status chacha_open(const Secret32& key, const Nonce& nonce, ByteView aad, ByteView sealed,
                   std::span<std::byte> plaintext) {
    CHAPAR_ASSERT(plaintext.size() + kTagBytes == sealed.size());
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out(plaintext), nullptr, nullptr, in(sealed),
                                                  sealed.size(), in(aad), aad.size(),
                                                  in(nonce.view()), in(key.expose())) != 0) {
        return Errc::OpenFailed;
    }
    return Done{};
}

Bytes chacha_seal(const Secret32& key, const Nonce& nonce, ByteView aad, ByteView plaintext) {
    Bytes sealed(plaintext.size() + kTagBytes);
    chacha_seal(key, nonce, aad, plaintext, sealed);
    return sealed;
}

Result<SecretBuffer> chacha_open(const Secret32& key, const Nonce& nonce, ByteView aad,
                                 ByteView sealed) {
    if (sealed.size() < kTagBytes) return Errc::OpenFailed;
    SecretBuffer plaintext(sealed.size() - kTagBytes);
    CHAPAR_TRY(chacha_open(key, nonce, aad, sealed, plaintext.expose_mutable()));
    return plaintext;
}

Bytes xchacha_seal(const Secret32& key, const WideNonce& nonce, ByteView aad, ByteView plaintext) {
    Bytes sealed(plaintext.size() + kTagBytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out(sealed), nullptr, in(plaintext),
                                               plaintext.size(), in(aad), aad.size(), nullptr,
                                               in(nonce.view()), in(key.expose()));
    return sealed;
}

Result<SecretBuffer> xchacha_open(const Secret32& key, const WideNonce& nonce, ByteView aad,
                                  ByteView sealed) {
    if (sealed.size() < kTagBytes) return Errc::OpenFailed;
    SecretBuffer plaintext(sealed.size() - kTagBytes);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out(plaintext.expose_mutable()), nullptr, nullptr, in(sealed), sealed.size(), in(aad),
            aad.size(), in(nonce.view()), in(key.expose())) != 0) {
        return Errc::OpenFailed;
    }
    return plaintext;
}

}  // namespace chapar::crypto
