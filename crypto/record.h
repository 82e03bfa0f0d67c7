// Signed records: what the directory of a ledger is made of.
//
// Owns: the wire form `u8 type || u32 length || body || u8 n || n x (key[32] || signature[64])`, a
// record's hash, and the rule "k of these keys". Does not know what a body says (manifest.h,
// certificate.h, registrars.h, peers.h, suspension.h, bundle.h, policy_record.h, retention.h,
// override.h, succession.h), nor who must sign it: the caller names the keys. Signers ascend, none
// twice. Source: crypto/records.md, "Signed records".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/label.h"
#include "crypto/sign.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

enum class RecordType : std::uint8_t {
    Manifest = 1,
    Agency = 2,
    Office = 3,
    Device = 4,
    Bundle = 5,
    Revoke = 6,
    Policy = 7,
    Registrars = 8,
    Peers = 9,
    Suspend = 10,
    Reinstate = 11,
    Shred = 12,
    Hold = 13,
    Prune = 14,
    Override = 15,
    Succession = 16,
};

// The one label of this type, for its signature and for its hash.
[[nodiscard]] Label label_of(RecordType type);

// TH(label, body): the name of a record. As Home, CertificateHash or PolicyHash:
// `record_hash_as<CertificateHash>(..)`.
[[nodiscard]] Hash record_hash(RecordType type, ByteView body);
template <typename Fixed>
[[nodiscard]] Fixed record_hash_as(RecordType type, ByteView body) {
    return Fixed{record_hash(type, body).bytes};
}

struct RecordSignature {
    SigningPublicKey signer;
    Signature signature;
    bool operator==(const RecordSignature&) const = default;
};

struct SignedRecord {
    RecordType type = RecordType::Manifest;
    Bytes body;
    std::vector<RecordSignature> signatures;  // signers ascend

    [[nodiscard]] Bytes encode() const;
    // MalformedLayout for any other form, TooLarge above limits::kRecordBytes. Verifies nothing.
    [[nodiscard]] static Result<SignedRecord> decode(ByteView bytes);

    [[nodiscard]] Hash hash() const { return record_hash(type, body); }
    // Adds a signature in its place; replaces one of the same signer.
    void sign(const SigningKey& key);
    bool operator==(const SignedRecord&) const = default;
};

// CertificateNotSigned unless at least `threshold` of the keys signed and nobody else did;
// SignatureInvalid if a signature is wrong. REQUIRES: threshold >= 1.
[[nodiscard]] Status check_signed_by(const SignedRecord& record,
                                     std::span<const SigningPublicKey> keys, std::size_t threshold);

}  // namespace chapar::crypto
