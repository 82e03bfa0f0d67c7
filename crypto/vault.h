// Records at rest: what a device keeps in its store, sealed under the vault key of its keystore.
//
// Owns: the sealed form `nonce[24] || XChaCha20-Poly1305(HMAC(vault key, "record" || context),
// aad = context, plaintext)`. The nonce is drawn here, so nobody outside crypto/ passes one. The
// context names the place of a record (table and key): a record copied to another place does not
// open. Does not know the store, nor hide how long a record is. Source: crypto/README.md,
// "Keystore".
#pragma once

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

[[nodiscard]] Bytes seal_record(const Secret32& vault_key, ByteView context, ByteView plaintext,
                                Random& random);
// OpenFailed, whatever the reason.
[[nodiscard]] Result<SecretBuffer> open_record(const Secret32& vault_key, ByteView context,
                                               ByteView sealed);

}  // namespace chapar::crypto
