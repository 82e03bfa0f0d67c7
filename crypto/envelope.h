// The envelope statement E: what the sender signs about one envelope.
//
// Owns: E's layout with its limits, ctx, eh, and the audience hash and text of approvals. Does not
// know what the header says (schemas/), nor who may send it (broker/). Source: crypto/envelope.md,
// "Envelope statement".
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "crypto/sign.h"
#include "crypto/stream.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

struct Approval {
    CertificateHash approver;
    Hash audience;
    Signature signature;
    bool operator==(const Approval&) const = default;
};

struct EnvelopeStatement {
    Bytes header;                           // H, the bytes received, 1..4096
    std::vector<StreamCommitment> streams;  // 1..32
    std::vector<Approval> approvals;        // 0..8, ascending by approver, one audience
    std::uint16_t stanza_count = 0;         // 1..256
    Hash stanza_root;                       // SR

    [[nodiscard]] Bytes encode() const;
    // MalformedLayout unless every byte is used and every limit holds.
    [[nodiscard]] static Result<EnvelopeStatement> decode(ByteView bytes);
    bool operator==(const EnvelopeStatement&) const = default;
};

// eh = TH("envelope", E).
[[nodiscard]] EnvelopeHash envelope_hash(ByteView statement);
// ctx = TH("ctx", H).
[[nodiscard]] Hash context_hash(ByteView header);
// Stream 0 begins with so many random bytes, so that its hash gives no text away.
constexpr std::size_t kStreamRandomBytes = 32;
// content = TH("content", unpadded stream 0): stands in H.
[[nodiscard]] Hash content_hash(ByteView stream0);
// aud = TH("audience", blind, id..): the offices of all DEVICE and VISIBLE stanzas.
[[nodiscard]] Hash audience_hash(const AudienceBlind& blind, const std::set<OfficeId>& offices);

// Sign("approval", home || ctx || aud).
[[nodiscard]] Approval make_approval(const Home& home, const Hash& context, const Hash& audience,
                                     const CertificateHash& approver, const SigningKey& key);
// ApprovalSignature.
[[nodiscard]] Status check_approval(const Home& home, const Hash& context, const Approval& approval,
                                    const VerifyingKey& key);

}  // namespace chapar::crypto
