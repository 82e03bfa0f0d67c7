// Texts at rest: sealed with the vault key, which lives in the device's keystore.
//
// Owns: the form of a sealed record: enc[32] || ciphertext of HPKE (RFC 9180) in mode psk, to a key
// pair that only the vault key yields, with a psk that only it yields: without the vault key
// nothing opens, and nothing can be made that opens. `context` (what the record is, and which one)
// is bound: a record moved to another place does not open. Does not know tables. Every sealing is
// fresh, so equal texts look different.
#pragma once

#include "crypto/random.h"
#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

[[nodiscard]] Bytes seal_record(const crypto::Secret32& vault_key, ByteView context,
                                ByteView plaintext, crypto::Random& random);
// OpenFailed, whatever the reason.
[[nodiscard]] Result<crypto::SecretBuffer> open_record(const crypto::Secret32& vault_key,
                                                       ByteView context, ByteView sealed);

}  // namespace chapar::client
