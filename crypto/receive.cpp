#include "crypto/receive.h"

#include "crypto/hkdf.h"
#include "crypto/padding.h"
#include "crypto/tree.h"

namespace chapar::crypto {
namespace {

Status check_handed(const HandedStanza& handed, const EnvelopeStatement& statement) {
    const Hash leaf = stanza_leaf_hash(digest_of(handed.stanza));
    const auto root = root_from_path(leaf, handed.index, statement.stanza_count, handed.path);
    if (root != statement.stanza_root) return Errc::StanzaNotInRoot;
    return Done{};
}

Status check_layout(const HandedStanza& handed) {
    if (!Stanza::decode(handed.stanza.encode())) return Error(Errc::MalformedLayout, "stanza");
    return Done{};
}

// Whether a stanza is what its label and the message key make of it.
bool is_recomputed(const StanzaContext& shared, const Stanza& stanza, const EpochPublicKeys& keys,
                   const std::optional<Secret32>& psk) {
    const Result<Stanza> again = seal_stanza(shared, stanza.label, keys, psk);
    return again.has_value() && *again == stanza;
}

EpochPublicKeys public_keys_of(const EpochSecrets& secrets) {
    EpochPublicKeys keys{.key = x25519_public_key(secrets.key), .inner = std::nullopt};
    if (secrets.inner) keys.inner = x25519_public_key(*secrets.inner);
    return keys;
}

Status check_audit_stanza(const StanzaContext& shared, const Stanza& stanza,
                          const AuditorKeys& auditors) {
    const auto keys = auditors.find({stanza.label.certificate, stanza.label.key_id});
    if (keys == auditors.end()) return Error(Errc::AuditStanza, "unknown key of the auditor");
    // A psk would keep others from recomputing the stanza.
    if (stanza.label.psk_id.value != 0) return Error(Errc::AuditStanza, "psk");
    if (!is_recomputed(shared, stanza, keys->second, std::nullopt)) return Errc::AuditStanza;
    return Done{};
}

}  // namespace

Result<ReceivedEnvelope> ReceivedEnvelope::parse(ByteView statement, BatchItem item,
                                                 HandedStanza own,
                                                 std::vector<HandedStanza> audit) {
    ReceivedEnvelope received;
    received.statement_ = CHAPAR_TRY(EnvelopeStatement::decode(statement));
    CHAPAR_TRY(check_layout(own));
    for (const HandedStanza& handed : audit) {
        CHAPAR_TRY(check_layout(handed));
        if (handed.stanza.label.type != StanzaType::Audit) {
            return Error(Errc::MalformedLayout, "audit stanza");
        }
    }
    received.hash_ = envelope_hash(statement);
    received.item_ = std::move(item);
    received.own_ = std::move(own);
    received.audit_ = std::move(audit);
    return received;
}

Result<VerifiedEnvelope> VerifiedEnvelope::verify(ReceivedEnvelope received,
                                                  const Signers& signers) {
    if (received.item_.head.seen.home != signers.home) return Errc::WrongHome;
    CHAPAR_TRY(check_item(received.hash_, received.item_, signers.sender));
    const Hash context = context_hash(received.header());
    for (const Approval& approval : received.statement_.approvals) {
        const auto key = signers.approvers.find(approval.approver);
        if (key == signers.approvers.end()) return Error(Errc::ApprovalSignature, "unknown");
        CHAPAR_TRY(check_approval(signers.home, context, approval, key->second));
    }
    CHAPAR_TRY(check_handed(received.own_, received.statement_));
    for (const HandedStanza& handed : received.audit_) {
        CHAPAR_TRY(check_handed(handed, received.statement_));
    }
    return VerifiedEnvelope(std::move(received), context);
}

Result<OpenedMessage> OpenedMessage::open(VerifiedEnvelope verified, const OpeningKeys& keys,
                                          const AuditorKeys& auditors) {
    OpenedMessage opened(std::move(verified));
    const ReceivedEnvelope& received = opened.verified_.received_;
    const Stanza& own = received.own_.stanza;
    if (own.label.certificate != keys.certificate || own.label.key_id != keys.key_id) {
        return Error(Errc::HpkeOpen, "another key");
    }
    std::vector<Hash> commitments;
    for (const StreamCommitment& stream : received.statement_.streams) {
        commitments.push_back(stream.commitment);
    }
    const Hash& context = opened.verified_.context_;
    const Hash commits = commits_hash(commitments);
    const Secret32 message_key =
        CHAPAR_TRY(open_stanza(context, commits, own, keys.secrets, keys.psk));
    const Secret32 prk = hkdf_extract(context.view(), {message_key.expose()});

    // All commitments come before anything else: one ciphertext may open under two keys.
    for (std::size_t j = 0; j < commitments.size(); ++j) {
        opened.streams_.push_back(derive_stream_keys(prk, static_cast<std::uint16_t>(j)));
        if (opened.streams_.back().commitment != commitments[j]) return Errc::Commitments;
    }
    const StanzaContext shared{context, commits, prk, message_key};
    if (!is_recomputed(shared, own, public_keys_of(keys.secrets), keys.psk)) {
        return Errc::OwnStanza;
    }
    if (own.label.type == StanzaType::Audit && own.label.psk_id.value != 0) {
        return Error(Errc::AuditStanza, "psk");
    }
    for (const HandedStanza& handed : received.audit_) {
        CHAPAR_TRY(check_audit_stanza(shared, handed.stanza, auditors));
    }
    return opened;
}

Result<SecretBuffer> OpenedMessage::open_stream(std::size_t stream, ByteView ciphertext) const {
    CHAPAR_ASSERT(stream < streams_.size());
    CHAPAR_TRY(check_stream(verified_.received_.statement_.streams[stream], ciphertext));
    SecretBuffer text = CHAPAR_TRY(crypto::open_stream(streams_[stream].key, ciphertext));
    text.truncate(CHAPAR_TRY(unpadded_size(text.expose())));
    return text;
}

const Secret32& OpenedMessage::stream_secret(std::size_t stream) const {
    CHAPAR_ASSERT(stream < streams_.size());
    return streams_[stream].secret;
}

}  // namespace chapar::crypto
