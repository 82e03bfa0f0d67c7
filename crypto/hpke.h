// HPKE, single shot: DHKEM(X25519, HKDF-SHA256) / HKDF-SHA256 / ChaCha20-Poly1305.
//
// Owns: modes base and psk. Modes auth and auth_psk are refused by name (ModeRefused): a recipient
// whose key leaks can be fooled by them. The ephemeral key is derived from key material of the
// caller, because the envelope derives it from the message key. Source: RFC 9180.
#pragma once

#include <cstdint>

#include "crypto/secret.h"
#include "crypto/x25519.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

enum class HpkeMode : std::uint8_t { Base = 0, Psk = 1, Auth = 2, AuthPsk = 3 };

// What both sides must agree on. Borrows everything; psk and psk_id are empty in mode base.
struct HpkeParameters {
    HpkeMode mode = HpkeMode::Base;
    ByteView info;
    ByteView psk = {};
    ByteView psk_id = {};
};

struct HpkeSealed {
    PublicKey enc;
    Bytes ciphertext;  // with its tag
};

// KeyInvalid for a recipient key of low order; ModeRefused as above, and if psk and mode disagree.
[[nodiscard]] Result<HpkeSealed> hpke_seal(const PublicKey& recipient,
                                           const HpkeParameters& parameters, ByteView aad,
                                           ByteView plaintext, ByteView ephemeral_key_material);

// OpenFailed, whatever the reason, except ModeRefused.
[[nodiscard]] Result<SecretBuffer> hpke_open(const Secret32& recipient, const PublicKey& enc,
                                             const HpkeParameters& parameters, ByteView aad,
                                             ByteView ciphertext);

}  // namespace chapar::crypto
