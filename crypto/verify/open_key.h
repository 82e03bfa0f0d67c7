// Opening what is sealed to an audit key: keystores, and the ledger's KEY records (HPKE).
//
// Source: crypto/keystore.md, "Keystore"; crypto/ledger.md, "Ledger keys"; RFC 9180,
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, mode base. Secrets here are ordinary
// memory of a short-lived process; what they open is the reader's own.
#pragma once

#include <string>
#include <string_view>

#include "crypto/verify/bytes.h"

namespace verify {

// HMAC-SHA256. REQUIRES: a key of 32 bytes.
Bytes hmac(const Bytes& key, const Bytes& message);
Bytes x25519_public(const Bytes& secret);
// Empty if it does not open.
std::optional<Bytes> hpke_open(const Bytes& secret, const Bytes& enc, std::string_view info,
                               const Bytes& aad, const Bytes& ciphertext);

// The 32 bytes that a keystore under a passphrase holds under this name. Empty, with a sentence in
// `why`, if it is no such keystore, does not open, or has none.
std::optional<Bytes> keystore_secret(const Bytes& file, const std::string& passphrase,
                                     const std::string& name, std::string& why);

}  // namespace verify
