// ChaCha20-Poly1305 (RFC 8439) and XChaCha20-Poly1305, with explicit nonces.
//
// For crypto/ only: no function that another folder calls takes a nonce. The users are stream.h
// (one key, one stream), HPKE (one key, one message) and the keystore (random 192-bit nonces).
// Neither cipher commits to its key: the callers' commitments are checked before anything is
// opened.
#pragma once

#include <array>
#include <span>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

constexpr std::size_t kTagBytes = 16;
using Nonce = FixedBytes<struct NonceTag, 12>;
using WideNonce = FixedBytes<struct WideNonceTag, 24>;

// Writes ciphertext || tag. REQUIRES: out.size() == plaintext.size() + kTagBytes.
void chacha_seal(const Secret32& key, const Nonce& nonce, ByteView aad, ByteView plaintext,
                 std::span<std::byte> out);
// OpenFailed, whatever the reason. REQUIRES: out.size() + kTagBytes == sealed.size().
[[nodiscard]] Status chacha_open(const Secret32& key, const Nonce& nonce, ByteView aad,
                                 ByteView sealed, std::span<std::byte> out);

[[nodiscard]] Bytes chacha_seal(const Secret32& key, const Nonce& nonce, ByteView aad,
                                ByteView plaintext);
[[nodiscard]] Result<SecretBuffer> chacha_open(const Secret32& key, const Nonce& nonce,
                                               ByteView aad, ByteView sealed);

[[nodiscard]] Bytes xchacha_seal(const Secret32& key, const WideNonce& nonce, ByteView aad,
                                 ByteView plaintext);
[[nodiscard]] Result<SecretBuffer> xchacha_open(const Secret32& key, const WideNonce& nonce,
                                                ByteView aad, ByteView sealed);

}  // namespace chapar::crypto
