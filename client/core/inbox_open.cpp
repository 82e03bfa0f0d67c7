#include "client/core/inbox_open.h"

#include <utility>

#include "client/core/statements.h"
#include "schemas/base/limits.h"

namespace chapar::client::inbox_open {

Result<crypto::AuditorKeys> auditor_keys(const DirectoryView& directory,
                                         const crypto::ReceivedEnvelope& received) {
    crypto::AuditorKeys keys;
    for (const crypto::HandedStanza& audit : received.audit_stanzas()) {
        const crypto::StanzaLabel& label = audit.stanza.label;
        const auto bundle = CHAPAR_TRY(
            directory.bundle(label.certificate, crypto::bundle_sequence_of(label.key_id)));
        if (!bundle) return Error(Errc::Provisional, "auditor's bundle");
        const EpochDay day = crypto::epoch_day_of(label.key_id);
        const auto outer = bundle->record.key(day, 1);
        const auto inner = bundle->record.key(day, 0);
        if (outer && inner) {
            keys.emplace(std::pair(label.certificate, label.key_id),
                         crypto::EpochPublicKeys{*outer, inner});
        }
    }
    return keys;
}

Result<crypto::OpeningKeys> opening_keys(const Device& device, const EpochSecrets& epochs,
                                         const crypto::StanzaLabel& label) {
    const auto epoch = epochs.find(label.key_id);
    if (epoch == epochs.end() || epoch->second.destroyed()) {
        return Error(Errc::HpkeOpen, "the key of that day is gone");
    }
    const bool audit = label.type == crypto::StanzaType::Audit;
    const crypto::Secret32* key = epoch->second.secret(audit ? 1 : 0);
    const crypto::Secret32* inner = audit ? epoch->second.secret(0) : nullptr;
    if (key == nullptr) return Error(Errc::HpkeOpen, "no such key");
    crypto::OpeningKeys keys{
        device.certificate, label.key_id, {key->duplicate(), std::nullopt}, {}};
    if (inner != nullptr) keys.secrets.inner = inner->duplicate();
    return keys;
}

namespace {

// An envelope whose streams are small together carries them all; no overflow, whatever E says.
bool may_be_apart(const crypto::EnvelopeStatement& statement) {
    std::uint64_t left = limits::kInlineStreamBytes;
    for (const crypto::StreamCommitment& stream : statement.streams) {
        if (stream.size > left) return true;
        left -= stream.size;
    }
    return false;
}

}  // namespace

Result<Opened> open_text(crypto::VerifiedEnvelope verified, const crypto::OpeningKeys& keys,
                         const crypto::AuditorKeys& auditors,
                         const std::vector<Bytes>& ciphertexts) {
    const auto message =
        CHAPAR_TRY(crypto::OpenedMessage::open(std::move(verified), keys, auditors));
    if (ciphertexts.size() != message.stream_count()) return Error(Errc::StreamRoot);
    const crypto::ReceivedEnvelope& received = message.envelope().received();
    const bool apart = may_be_apart(received.statement());
    Opened opened;
    opened.text.header = to_bytes(received.header());
    for (std::size_t i = 0; i < ciphertexts.size(); ++i) {
        inbox_store::ReceivedStream stream;
        stream.secret = message.stream_secret(i).duplicate();
        stream.commitment = received.statement().streams[i];
        // Stream 0, the text, always comes along. What must and did not is StreamRoot.
        if (i == 0 || !apart || !ciphertexts[i].empty()) {
            stream.text = CHAPAR_TRY(message.open_stream(i, ciphertexts[i]));
        }
        opened.text.streams.push_back(std::move(stream));
    }
    opened.said = CHAPAR_TRY(inbox_store::read_text(opened.text));
    return opened;
}

bool is_in_transit(Errc code) { return code == Errc::StreamRoot; }

std::uint16_t reason_of(Errc code, bool key_held) {
    if (!key_held) return statement_reason::kKeyGone;
    switch (code) {
        case Errc::HpkeOpen:
        case Errc::Commitments:
        case Errc::OwnStanza:
        case Errc::AuditStanza:
            return statement_reason::kSealBroken;
        default:
            return statement_reason::kTextBroken;
    }
}

}  // namespace chapar::client::inbox_open
