// X25519 key pairs and the Diffie-Hellman function, with the all-zero result refused.
//
// Does not know what a key is used for; never converts Ed25519 keys. Sources: RFC 7748; RFC 9180
// 7.1.3 for DeriveKeyPair.
#pragma once

#include "crypto/secret.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

struct KeyPair {
    Secret32 secret;
    PublicKey public_key;
};

[[nodiscard]] PublicKey x25519_public_key(const Secret32& secret);
// KeyInvalid if the shared secret is all zero (a public key of low order).
[[nodiscard]] Result<Secret32> x25519(const Secret32& secret, const PublicKey& peer);

// HPKE's DeriveKeyPair for DHKEM(X25519, HKDF-SHA256).
[[nodiscard]] KeyPair derive_key_pair(ByteView input_key_material);
[[nodiscard]] KeyPair generate_key_pair(Random& random);

}  // namespace chapar::crypto
