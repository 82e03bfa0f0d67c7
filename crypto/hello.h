// What a device signs to open a session, and the broker verifies.
//
// Owns: the bytes `challenge[32] || home[32] || broker CURVE key[32] || certHash[32]`, signed under
// Label::Hello. Does not know sessions. Source: crypto/records.md, "Proofs of a session and of a
// key".
#pragma once

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"

namespace chapar::crypto {

// REQUIRES: challenge.size() == 32.
[[nodiscard]] Bytes hello_bytes(ByteView challenge, const Home& home, const CurveKey& broker,
                                const CertificateHash& device);

}  // namespace chapar::crypto
