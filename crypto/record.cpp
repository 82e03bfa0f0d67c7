#include "crypto/record.h"

#include <algorithm>

#include "crypto/transcript.h"
#include "schemas/base/assert.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

// Strictly ascending, so nobody counts twice.
bool signers_ascend(const std::vector<RecordSignature>& signatures) {
    return std::ranges::adjacent_find(signatures, [](const auto& a, const auto& b) {
               return a.signer >= b.signer;
           }) == signatures.end();
}

bool is_known_type(std::uint8_t type) {
    return type >= static_cast<std::uint8_t>(RecordType::Manifest) &&
           type <= static_cast<std::uint8_t>(RecordType::Succession);
}

}  // namespace

Label label_of(RecordType type) {
    switch (type) {
        case RecordType::Manifest:
            return Label::Manifest;
        case RecordType::Agency:
            return Label::Agency;
        case RecordType::Office:
            return Label::Office;
        case RecordType::Device:
            return Label::Device;
        case RecordType::Bundle:
            return Label::Bundle;
        case RecordType::Revoke:
            return Label::Revoke;
        case RecordType::Policy:
            return Label::Policy;
        case RecordType::Registrars:
            return Label::Registrars;
        case RecordType::Peers:
            return Label::Peers;
        case RecordType::Suspend:
            return Label::Suspend;
        case RecordType::Reinstate:
            return Label::Reinstate;
        case RecordType::Shred:
            return Label::Shred;
        case RecordType::Hold:
            return Label::Hold;
        case RecordType::Prune:
            return Label::Prune;
        case RecordType::Override:
            return Label::Override;
        case RecordType::Succession:
            return Label::Succession;
    }
    CHAPAR_ASSERT(false);
    return Label::Manifest;
}

Hash record_hash(RecordType type, ByteView body) { return transcript_hash(label_of(type), {body}); }

Bytes SignedRecord::encode() const {
    LayoutWriter out;
    out.u8(static_cast<std::uint8_t>(type)).counted32(body);
    CHAPAR_ASSERT(signatures.size() <= limits::kRecordSigners);
    out.u8(static_cast<std::uint8_t>(signatures.size()));
    for (const RecordSignature& entry : signatures) {
        out.raw(entry.signer.view()).raw(entry.signature.view());
    }
    return out.take();
}

Result<SignedRecord> SignedRecord::decode(ByteView bytes) {
    if (bytes.size() > limits::kRecordBytes) return Error(Errc::TooLarge, "signed record");
    LayoutReader in(bytes);
    const std::uint8_t type = in.u8();
    SignedRecord out;
    out.body = to_bytes(in.counted32());
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto signer = in.fixed<SigningPublicKey>();
        out.signatures.push_back({signer, in.fixed<Signature>()});
    }
    CHAPAR_TRY(in.finish("signed record"));
    if (!is_known_type(type) || count > limits::kRecordSigners || !signers_ascend(out.signatures)) {
        return Error(Errc::MalformedLayout, "signed record");
    }
    out.type = static_cast<RecordType>(type);
    return out;
}

void SignedRecord::sign(const SigningKey& key) {
    const RecordSignature entry{key.public_key(), key.sign(label_of(type), body)};
    const auto at =
        std::ranges::lower_bound(signatures, entry.signer, {}, &RecordSignature::signer);
    if (at != signatures.end() && at->signer == entry.signer) {
        *at = entry;
    } else {
        signatures.insert(at, entry);
    }
}

Status check_signed_by(const SignedRecord& record, std::span<const SigningPublicKey> keys,
                       std::size_t threshold) {
    CHAPAR_ASSERT(threshold >= 1);
    if (record.signatures.size() < threshold || !signers_ascend(record.signatures)) {
        return Error(Errc::CertificateNotSigned, "signers");
    }
    for (const RecordSignature& entry : record.signatures) {
        if (std::ranges::find(keys, entry.signer) == keys.end()) {
            return Error(Errc::CertificateNotSigned, "signer");
        }
        const VerifyingKey key = CHAPAR_TRY(VerifyingKey::create(entry.signer));
        CHAPAR_TRY(key.verify(label_of(record.type), record.body, entry.signature));
    }
    return Done{};
}

}  // namespace chapar::crypto
