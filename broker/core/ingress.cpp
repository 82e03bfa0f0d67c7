#include "broker/core/ingress.h"

#include <map>

#include "broker/core/stream_files.h"
#include "crypto/admit.h"
#include "crypto/batch.h"
#include "crypto/bundle.h"
#include "crypto/sha256.h"
#include "schemas/base/limits.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"

namespace chapar::broker {
namespace {

using crypto::BatchHead;
using crypto::BatchItem;
using crypto::BatchKind;
using crypto::StanzaDigest;
using crypto::StanzaLabel;
using crypto::VerifyingKey;

constexpr std::size_t kSignedHeadBytes = BatchHead::kBytes + Signature::kSize;

// Signatures of one frame, each (B, sig) verified once, and not more than the bound.
class FrameSignatures {
  public:
    FrameSignatures(BatchKind kind, const VerifyingKey& key, std::size_t bound)
        : kind_(kind), key_(key), bound_(bound) {}

    Status check(const BatchHead& head, const Signature& signature) {
        Bytes name = head.encode();
        append(name, signature.view());
        if (verified_.contains(name)) return Done{};
        if (verified_.size() >= bound_) {
            return Error(Errc::TooLarge, "signatures in one frame");
        }
        CHAPAR_TRY(crypto::check_signature(kind_, head, signature, key_));
        verified_.emplace(std::move(name), Done{});
        return Done{};
    }

  private:
    BatchKind kind_;
    const VerifyingKey& key_;
    std::size_t bound_;
    std::map<Bytes, Done> verified_;
};

// The item of each member: from the whole batch, or the member's own. All paths and signatures
// hold when it returns. `bound`: verifications left for it, at least one.
template <typename Member>
Result<std::vector<BatchItem>> check_batch_items(BatchKind kind, ByteView batch,
                                                 std::span<const Member> members,
                                                 std::span<const ByteView> items,
                                                 std::span<const EnvelopeHash> leaves,
                                                 const VerifyingKey& key, std::size_t bound) {
    std::vector<BatchItem> out;
    if (!batch.empty()) {
        if (batch.size() != kSignedHeadBytes) return Error(Errc::MalformedFrame, "batch");
        const auto head = CHAPAR_TRY(BatchHead::decode(batch.first(BatchHead::kBytes)));
        const auto signature = *Signature::from(batch.subspan(BatchHead::kBytes));
        CHAPAR_TRY(crypto::check_batch(head, signature, members, key));
        const auto whole = crypto::batch_of(head, signature, leaves);
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (!items[i].empty()) return Error(Errc::MalformedFrame, "item beside a batch");
            out.push_back(whole.item(i));
        }
        return out;
    }
    FrameSignatures signatures(kind, key, bound);
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto item = CHAPAR_TRY(BatchItem::decode(items[i]));
        CHAPAR_TRY(crypto::check_path(members[i], item));
        CHAPAR_TRY(signatures.check(item.head, item.signature));
        out.push_back(std::move(item));
    }
    return out;
}

// One envelope, taken apart. Borrows the frame.
struct Parsed {
    crypto::EnvelopeStatement statement;
    schemas::Header header;
    std::vector<StanzaDigest> digests;
};

Result<Parsed> parse(const schemas::SubmittedEnvelope& in) {
    auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(in.envelope));
    auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
    if (in.stanzas.size() != statement.stanza_count) {
        return Error(Errc::StanzaNotInRoot, "count");
    }
    std::vector<StanzaDigest> digests;
    for (const schemas::SubmittedStanza& stanza : in.stanzas) {
        const auto label = CHAPAR_TRY(StanzaLabel::decode(stanza.label));
        if (stanza.ct.size() + PublicKey::kSize != crypto::stanza_seal_bytes(label.type)) {
            return Error(Errc::MalformedLayout, "stanza");
        }
        digests.push_back({label, crypto::sha256({stanza.enc.view(), stanza.ct})});
    }
    return Parsed{std::move(statement), std::move(header), std::move(digests)};
}

Status check_approvals(const crypto::EnvelopeStatement& statement, const Home& home,
                       const CertificateLookup& certificates) {
    std::map<CertificateHash, VerifyingKey> keys;
    for (const crypto::Approval& approval : statement.approvals) {
        const CertificateFacts* facts = certificates.find(approval.approver);
        if (facts == nullptr) return Error(Errc::CertificateUnknown, "approver");
        keys.emplace(approval.approver, facts->sign_key);
    }
    return crypto::check_approvals(statement, home, keys);
}

// Structure, roots and ciphertexts: a fault here refuses the frame.
Status check_structure(const schemas::SubmittedEnvelope& in, const Parsed& parsed) {
    CHAPAR_TRY(crypto::check_stanzas(parsed.statement, parsed.digests));
    CHAPAR_TRY(crypto::check_auditors(parsed.digests, parsed.header.auditors));
    return check_submitted_streams(parsed.statement, in.streams);
}

// What concerns this envelope alone.
Status check_single(const Parsed& parsed, const BatchItem& item, const SessionFacts& session,
                    const CertificateLookup& certificates) {
    if (parsed.header.home != session.home || item.head.seen.home != session.home ||
        item.head.seen.ledger != session.ledger) {
        return Error(Errc::WrongHome);
    }
    CHAPAR_TRY(schemas::check_header_rules(parsed.header));
    return check_approvals(parsed.statement, session.home, certificates);
}

Submit to_operation(schemas::SubmittedEnvelope in, const Parsed& parsed, const BatchItem& item) {
    Submit out{std::move(in.envelope), item.encode(), in.blind, {}, {}};
    for (std::size_t i = 0; i < in.stanzas.size(); ++i) {
        out.stanzas.push_back(
            {*LabelBytes::from(in.stanzas[i].label), parsed.digests[i].seal_hash});
        out.payload.stanzas.push_back({in.stanzas[i].enc, std::move(in.stanzas[i].ct)});
    }
    out.payload.streams = std::move(in.streams);
    return out;
}

Result<const CertificateFacts*> session_certificate(const SessionFacts& session,
                                                    const CertificateLookup& certificates) {
    const CertificateFacts* facts = certificates.find(session.device);
    if (facts == nullptr) return Error(Errc::CertificateUnknown);
    return facts;
}

// Verifications that the approvals of a frame leave for its batches. Counted before any is made:
// whoever sends too many costs nothing but the parsing.
Result<std::size_t> verifications_left(const std::vector<Parsed>& parsed) {
    std::size_t approvals = 0;
    for (const Parsed& one : parsed) approvals += one.statement.approvals.size();
    if (approvals >= limits::kVerificationsPerFrame) {
        return Error(Errc::TooLarge, "signatures in one frame");
    }
    return limits::kVerificationsPerFrame - approvals;
}

Status check_count(std::size_t count) {
    if (count == 0) return Error(Errc::MalformedFrame, "empty");
    if (count > limits::kEnvelopesPerFrame) return Error(Errc::TooLarge, "items in one frame");
    return Done{};
}

// Registrars are not at the broker's machine: what k of an agency's own keys must sign is its own
// authority, and whoever reaches the broker may bring it. The fold asks for the signatures.
Status check_device_may_publish(const crypto::SignedRecord& record, const CertificateHash& device) {
    switch (record.type) {
        case crypto::RecordType::Registrars:
        case crypto::RecordType::Office:
        case crypto::RecordType::Device:
        case crypto::RecordType::Revoke:
        case crypto::RecordType::Policy:
        case crypto::RecordType::Peers:
        case crypto::RecordType::Suspend:
        case crypto::RecordType::Reinstate:
        case crypto::RecordType::Shred:
        case crypto::RecordType::Hold:
            return Done{};
        case crypto::RecordType::Manifest:
        case crypto::RecordType::Agency:  // who is a member is the centre's business
        case crypto::RecordType::Prune:
        case crypto::RecordType::Override:
        case crypto::RecordType::Succession:
            return Error(Errc::NotPermitted, "record");
        case crypto::RecordType::Bundle:
            break;
    }
    const auto bundle = CHAPAR_TRY(crypto::PrekeyBundle::decode(record.body));
    if (bundle.certificate != device) return Error(Errc::NotPermitted, "bundle");
    return Done{};
}

}  // namespace

Result<CertificateFacts> certificate_facts(const crypto::DeviceRecord& record) {
    const auto& request = record.request.request;
    return CertificateFacts{CHAPAR_TRY(VerifyingKey::create(request.sign_key)), request.curve_key,
                            request.agency, request.office};
}

Result<std::vector<Verdict>> Ingress::check(schemas::Submit frame, const SessionFacts& session,
                                            const CertificateLookup& certificates) {
    CHAPAR_TRY(check_count(frame.envelopes.size()));
    const auto* sender = CHAPAR_TRY(session_certificate(session, certificates));
    std::vector<Parsed> parsed;
    std::vector<EnvelopeHash> hashes;
    std::vector<ByteView> item_bytes;
    for (const schemas::SubmittedEnvelope& envelope : frame.envelopes) {
        parsed.push_back(CHAPAR_TRY(parse(envelope)));
        if (parsed.back().header.sender != session.device) return Error(Errc::SenderNotSession);
        hashes.push_back(crypto::envelope_hash(envelope.envelope));
        item_bytes.emplace_back(envelope.item);
    }
    const std::size_t bound = CHAPAR_TRY(verifications_left(parsed));
    const auto items = CHAPAR_TRY(check_batch_items<EnvelopeHash>(
        BatchKind::Envelopes, frame.batch, hashes, item_bytes, hashes, sender->sign_key, bound));
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < parsed.size(); ++i) {
        schemas::SubmittedEnvelope& envelope = frame.envelopes[i];
        CHAPAR_TRY(check_structure(envelope, parsed[i]));
        const Hash about{hashes[i].bytes};
        const auto single = check_single(parsed[i], items[i], session, certificates);
        if (!single) {
            verdicts.push_back({about, single.error()});
            continue;
        }
        verdicts.push_back(
            {about, VerifiedOperation(to_operation(std::move(envelope), parsed[i], items[i]))});
    }
    return verdicts;
}

Result<std::vector<Verdict>> Ingress::check(schemas::Statements frame, const SessionFacts& session,
                                            const CertificateLookup& certificates) {
    CHAPAR_TRY(check_count(frame.statements.size()));
    const auto* signer = CHAPAR_TRY(session_certificate(session, certificates));
    std::vector<crypto::DeliveryStatement> statements;
    std::vector<EnvelopeHash> leaves;
    std::vector<ByteView> item_bytes;
    for (const schemas::SignedStatement& one : frame.statements) {
        statements.push_back(CHAPAR_TRY(crypto::DeliveryStatement::decode(one.statement)));
        if (statements.back().signer != session.device) return Error(Errc::SenderNotSession);
        leaves.push_back(EnvelopeHash{crypto::statement_hash(statements.back()).bytes});
        item_bytes.emplace_back(one.item);
    }
    const auto items = CHAPAR_TRY(check_batch_items<crypto::DeliveryStatement>(
        BatchKind::Deliveries, frame.batch, statements, item_bytes, leaves, signer->sign_key,
        limits::kVerificationsPerFrame));
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        const Hash about{leaves[i].bytes};
        const crypto::SeenHead& seen = items[i].head.seen;
        if (seen.home != session.home || seen.ledger != session.ledger) {
            verdicts.push_back({about, Error(Errc::WrongHome)});
            continue;
        }
        verdicts.push_back(
            {about, VerifiedOperation(
                        Confirm{std::move(frame.statements[i].statement), items[i].encode()})});
    }
    return verdicts;
}

Result<Verdict> Ingress::check_record(Bytes record, const std::optional<CertificateHash>& device) {
    const auto decoded = CHAPAR_TRY(crypto::SignedRecord::decode(record));
    if (device) {
        CHAPAR_TRY(check_device_may_publish(decoded, *device));
    }
    return Verdict{decoded.hash(), VerifiedOperation(PutRecord{std::move(record)})};
}

}  // namespace chapar::broker
