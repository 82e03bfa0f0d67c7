#include "crypto/sign.h"

#include <sodium.h>

#include "crypto/sodium_bytes.h"
#include "crypto/transcript.h"

namespace chapar::crypto {
namespace {

// "chapar/1 sign " || label || 00 || TH(label, bytes): short, so that it fits tokens.
Bytes signed_text(Label label, ByteView bytes) {
    Bytes text = to_bytes("chapar/1 sign ");
    append(text, view(label_text(label)));
    text.push_back(std::byte{0});
    append(text, transcript_hash(label, {bytes}).view());
    return text;
}

}  // namespace

Result<VerifyingKey> VerifyingKey::create(const SigningPublicKey& bytes) {
    // Canonical, on the curve, not of small order, in the main subgroup.
    if (crypto_core_ed25519_is_valid_point(in(bytes.view())) != 1) return Errc::KeyInvalid;
    return VerifyingKey(bytes);
}

Status VerifyingKey::verify(Label label, ByteView bytes, const Signature& signature) const {
    return RawEd25519::verify(*this, signed_text(label, bytes), signature);
}

SigningKey SigningKey::from_seed(Secret32 seed) {
    SigningPublicKey public_key;
    SecretBytes<64> secret_key;
    crypto_sign_seed_keypair(out(public_key.bytes), out(secret_key.expose_mutable()),
                             in(seed.expose()));
    return {std::move(seed), std::move(secret_key), public_key};
}

SigningKey SigningKey::generate(Random& random) { return from_seed(Secret32::random(random)); }

VerifyingKey SigningKey::verifying_key() const {
    Result<VerifyingKey> key = VerifyingKey::create(public_key_);
    CHAPAR_ASSERT(key.has_value());
    return *key;
}

Signature SigningKey::sign(Label label, ByteView bytes) const {
    return RawEd25519::sign(*this, signed_text(label, bytes));
}

Signature RawEd25519::sign(const SigningKey& key, ByteView message) {
    Signature signature;
    crypto_sign_detached(out(signature.bytes), nullptr, in(message), message.size(),
                         in(key.secret_key_.expose()));
    return signature;
}

Status RawEd25519::verify(const VerifyingKey& key, ByteView message, const Signature& signature) {
    if (crypto_sign_verify_detached(in(signature.view()), in(message), message.size(),
                                    in(key.bytes().view())) != 0) {
        return Errc::SignatureInvalid;
    }
    return Done{};
}

}  // namespace chapar::crypto
