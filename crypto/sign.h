// Ed25519 with the pinned rule: libsodium's verification and a key in the main subgroup.
//
// Owns: signing keys, checked public keys, and `Sign(label, bytes)` = Ed25519 over
// "chapar/1 sign " || label || 00 || TH(label, bytes). Does not know who a key belongs to. A secret
// key is only ever a seed, and the public key is derived from it, so that the two cannot disagree.
// Source: crypto/README.md, "Signatures".
#pragma once

#include "crypto/label.h"
#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// Exists only if the point is canonical and in the main subgroup. Public data: copyable.
class VerifyingKey {
  public:
    // KeyInvalid for any other 32 bytes.
    [[nodiscard]] static Result<VerifyingKey> create(const SigningPublicKey& bytes);

    [[nodiscard]] const SigningPublicKey& bytes() const { return bytes_; }
    // SignatureInvalid unless `signature` is Sign(label, bytes) by this key.
    [[nodiscard]] Status verify(Label label, ByteView bytes, const Signature& signature) const;

    auto operator<=>(const VerifyingKey&) const = default;

  private:
    explicit VerifyingKey(const SigningPublicKey& bytes) : bytes_(bytes) {}
    SigningPublicKey bytes_;
};

class SigningKey {
  public:
    [[nodiscard]] static SigningKey from_seed(Secret32 seed);
    [[nodiscard]] static SigningKey generate(Random& random);

    [[nodiscard]] const SigningPublicKey& public_key() const { return public_key_; }
    [[nodiscard]] VerifyingKey verifying_key() const;
    [[nodiscard]] Signature sign(Label label, ByteView bytes) const;
    // For the keystore only.
    [[nodiscard]] const Secret32& seed() const { return seed_; }

  private:
    friend class RawEd25519;
    SigningKey(Secret32 seed, SecretBytes<64> secret_key, const SigningPublicKey& public_key)
        : seed_(std::move(seed)), secret_key_(std::move(secret_key)), public_key_(public_key) {}
    Secret32 seed_;
    SecretBytes<64> secret_key_;
    SigningPublicKey public_key_;
};

// Ed25519 over the bytes themselves. For formats that fix what is signed (checkpoint notes) and for
// test vectors; inside crypto/ only. Everything else has a label.
class RawEd25519 {
  public:
    [[nodiscard]] static Signature sign(const SigningKey& key, ByteView message);
    [[nodiscard]] static Status verify(const VerifyingKey& key, ByteView message,
                                       const Signature& signature);
};

}  // namespace chapar::crypto
