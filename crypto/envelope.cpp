#include "crypto/envelope.h"

#include <algorithm>

#include "crypto/transcript.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

Bytes approval_text(const Home& home, const Hash& context, const Hash& audience) {
    return LayoutWriter().raw(home.view()).raw(context.view()).raw(audience.view()).take();
}

bool within_limits(const EnvelopeStatement& statement) {
    return !statement.header.empty() && statement.header.size() <= limits::kHeaderBytes &&
           !statement.streams.empty() && statement.streams.size() <= limits::kStreams &&
           statement.approvals.size() <= limits::kApprovals && statement.stanza_count >= 1 &&
           statement.stanza_count <= limits::kStanzas;
}

// Ascending without duplicates, and all for one audience.
bool in_order(const std::vector<Approval>& approvals) {
    for (std::size_t i = 1; i < approvals.size(); ++i) {
        if (approvals[i - 1].approver >= approvals[i].approver) return false;
        if (approvals[i - 1].audience != approvals[i].audience) return false;
    }
    return true;
}

}  // namespace

Bytes EnvelopeStatement::encode() const {
    LayoutWriter writer;
    writer.counted32(header).u16(static_cast<std::uint16_t>(streams.size()));
    for (const StreamCommitment& stream : streams) {
        writer.raw(stream.commitment.view()).raw(stream.root.view()).u64(stream.size);
    }
    writer.u8(static_cast<std::uint8_t>(approvals.size()));
    for (const Approval& approval : approvals) {
        writer.raw(approval.approver.view())
            .raw(approval.audience.view())
            .raw(approval.signature.view());
    }
    return writer.u16(stanza_count).raw(stanza_root.view()).take();
}

Result<EnvelopeStatement> EnvelopeStatement::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    EnvelopeStatement statement;
    const ByteView header = reader.counted32();
    if (header.size() > limits::kHeaderBytes) return Error(Errc::MalformedLayout, "header size");
    statement.header = to_bytes(header);
    const std::size_t streams = reader.u16();
    for (std::size_t i = 0; i < streams && reader.ok(); ++i) {
        StreamCommitment stream;
        stream.commitment = reader.fixed<Hash>();
        stream.root = reader.fixed<Hash>();
        stream.size = reader.u64();
        statement.streams.push_back(stream);
    }
    const std::size_t approvals = reader.u8();
    for (std::size_t i = 0; i < approvals && reader.ok(); ++i) {
        Approval approval;
        approval.approver = reader.fixed<CertificateHash>();
        approval.audience = reader.fixed<Hash>();
        approval.signature = reader.fixed<Signature>();
        statement.approvals.push_back(approval);
    }
    statement.stanza_count = reader.u16();
    statement.stanza_root = reader.fixed<Hash>();
    CHAPAR_TRY(reader.finish("envelope statement"));
    if (!within_limits(statement)) return Error(Errc::MalformedLayout, "envelope limits");
    if (!in_order(statement.approvals)) return Error(Errc::MalformedLayout, "approvals");
    return statement;
}

EnvelopeHash envelope_hash(ByteView statement) {
    return transcript_as<EnvelopeHash>(Label::Envelope, {statement});
}

Hash context_hash(ByteView header) { return transcript_hash(Label::Context, {header}); }

Hash content_hash(ByteView stream0) { return transcript_hash(Label::Content, {stream0}); }

Hash audience_hash(const AudienceBlind& blind, const std::set<OfficeId>& offices) {
    std::vector<ByteView> parts{blind.view()};
    for (const OfficeId& office : offices) parts.push_back(view(office.text()));
    return transcript_hash(Label::Audience, parts);
}

Approval make_approval(const Home& home, const Hash& context, const Hash& audience,
                       const CertificateHash& approver, const SigningKey& key) {
    return {.approver = approver,
            .audience = audience,
            .signature = key.sign(Label::Approval, approval_text(home, context, audience))};
}

Status check_approval(const Home& home, const Hash& context, const Approval& approval,
                      const VerifyingKey& key) {
    const Bytes text = approval_text(home, context, approval.audience);
    if (!key.verify(Label::Approval, text, approval.signature)) return Errc::ApprovalSignature;
    return Done{};
}

}  // namespace chapar::crypto
