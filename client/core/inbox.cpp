#include "client/core/inbox.h"

#include <utility>

#include "client/core/directory_replica.h"
#include "client/core/inbox_store.h"
#include "client/core/recall.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/receive.h"
#include "schemas/header_codec.h"

namespace chapar::client {
namespace {

// What is known of a delivery before anything of it is opened.
struct Examined {
    ProvenEntry entry;
    crypto::ReceivedEnvelope received;
    schemas::Header header;
};

Error not_ours(std::string rule) { return Error(Errc::LeafInvalid, std::move(rule)); }

Result<crypto::HandedStanza> handed(const schemas::DeliveredStanza& stanza) {
    return crypto::HandedStanza{
        {CHAPAR_TRY(crypto::StanzaLabel::decode(stanza.label)), stanza.enc, stanza.ct},
        stanza.index,
        stanza.path};
}

// The entry accepts this very envelope, for this device's agency, with this very stanza.
Status check_entry(const Device& device, const schemas::Delivery& delivery,
                   const ProvenEntry& entry, const crypto::ReceivedEnvelope& received,
                   const crypto::HandedStanza& own) {
    if (entry.leaf().kind != crypto::LeafKind::Message) return not_ours("kind");
    const crypto::EntryBody& body = *entry.body();
    if (body.event != crypto::event_number(crypto::MessageEvent::Accepted)) {
        return not_ours("event");
    }
    if (body.envelope_hash != received.hash()) return not_ours("envelope hash");
    if (body.envelope != delivery.envelope) return not_ours("envelope");
    if (body.recipient_agency != device.agency) return not_ours("recipient agency");
    if (!body.decision || body.decision->effect != crypto::PolicyEffect::Permit) {
        return not_ours("decision");
    }
    if (own.stanza.label.certificate != device.certificate) return not_ours("own label");
    if (own.index >= body.stanzas->size()) return not_ours("stanza index");
    const crypto::BodyStanza& logged = (*body.stanzas)[own.index];
    if (logged.label != own.stanza.label ||
        logged.value != crypto::digest_of(own.stanza).seal_hash) {
        return not_ours("own stanza");
    }
    return Done{};
}

// Proof first: nothing of an unproven delivery is looked into further.
Result<Examined> examine(const Device& device, const ReceptionInput& input) {
    const schemas::Delivery& delivery = input.envelope;
    ProvenEntry entry = CHAPAR_TRY(ProvenEntry::verify(delivery.proof, input.head));
    crypto::HandedStanza own = CHAPAR_TRY(handed(delivery.stanza));
    std::vector<crypto::HandedStanza> audits;
    for (const auto& audit : delivery.audits) audits.push_back(CHAPAR_TRY(handed(audit)));
    crypto::BatchItem item = CHAPAR_TRY(crypto::BatchItem::decode(delivery.item));
    crypto::ReceivedEnvelope received = CHAPAR_TRY(crypto::ReceivedEnvelope::parse(
        delivery.envelope, std::move(item), own, std::move(audits)));
    CHAPAR_TRY(check_entry(device, delivery, entry, received, own));
    schemas::Header header = CHAPAR_TRY(schemas::decode_header(received.header()));
    if (header.home != device.card.home()) return Error(Errc::WrongHome);
    return Examined{std::move(entry), std::move(received), std::move(header)};
}

Status check_standing(Standing standing) {
    switch (standing) {
        case Standing::Valid:
        case Standing::Disputed:
            return Done{};
        case Standing::Unknown:
            return Error(Errc::CertificateUnknown);
        case Standing::NotInForce:
            return Error(Errc::CertificateExpired);
        case Standing::Revoked:
            return Error(Errc::CertificateRevoked);
    }
    return Error(Errc::CertificateUnknown);
}

// The signers of the envelope, all valid where it was accepted.
struct FoundSigners {
    crypto::Signers signers;
    DeviceEntry sender;
    Standing standing = Standing::Valid;
};

Result<FoundSigners> find_signers(const DirectoryView& directory, const Device& device,
                                  const Examined& examined) {
    const EntryIndex position = examined.entry.index();
    const TimeMs time = examined.entry.body()->time;
    const CertificateHash& sender = examined.header.sender;
    const Standing standing = CHAPAR_TRY(directory.standing(sender, position, time));
    CHAPAR_TRY(check_standing(standing));
    auto entry = CHAPAR_TRY(directory.device(sender));
    const auto& request = entry->record.request.request;
    if (examined.entry.body()->sender_agency != request.agency) return not_ours("sender agency");
    FoundSigners found{
        {device.card.home(), CHAPAR_TRY(crypto::VerifyingKey::create(request.sign_key)), {}},
        *entry,
        standing};
    for (const crypto::Approval& approval : examined.received.statement().approvals) {
        const Standing then = CHAPAR_TRY(directory.standing(approval.approver, position, time));
        CHAPAR_TRY(check_standing(then));
        const auto approver = CHAPAR_TRY(directory.device(approval.approver));
        found.signers.approvers.emplace(
            approval.approver,
            CHAPAR_TRY(crypto::VerifyingKey::create(approver->record.request.request.sign_key)));
    }
    return found;
}

// Public keys of the auditors, from the bundles their stanzas name. Provisional for a bundle that
// is not here yet.
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

// The texts of all streams, and what they say; the error names why it does not open.
struct Text {
    std::vector<crypto::SecretBuffer> streams;
    InboxText said;
};
Result<Text> open_text(crypto::VerifiedEnvelope verified, const crypto::OpeningKeys& keys,
                       const crypto::AuditorKeys& auditors, const std::vector<Bytes>& ciphertexts) {
    const Bytes header = to_bytes(verified.received().header());
    const auto message =
        CHAPAR_TRY(crypto::OpenedMessage::open(std::move(verified), keys, auditors));
    if (ciphertexts.size() != message.stream_count()) return Error(Errc::StreamRoot);
    Text text;
    for (std::size_t i = 0; i < ciphertexts.size(); ++i) {
        text.streams.push_back(CHAPAR_TRY(message.open_stream(i, ciphertexts[i])));
    }
    text.said = CHAPAR_TRY(inbox_store::read_text(header, text.streams));
    return text;
}

// Ciphertext that is not what the sender signed was changed on the way: that is the broker's, not
// the sender's, doing, and a copy fetched again may be whole.
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

InboxItem make_item(const Examined& examined, const FoundSigners& found, InboxNumber number) {
    const auto& request = found.sender.record.request.request;
    const schemas::Header& header = examined.header;
    InboxItem item{number,
                   InboxState::Received,
                   examined.received.hash(),
                   examined.entry.index(),
                   examined.entry.body()->time,
                   header.sender,
                   request.office,
                   request.agency};
    item.message = header.message_id;
    item.case_id = header.case_id;
    item.kind = header.kind;
    item.urgency = header.urgency;
    item.classification = header.classification;
    item.created = header.created;
    item.expires = header.expires_at;
    item.reply_by = header.reply_by;
    item.receipts_wanted = header.receipts_wanted;
    item.disputed = found.standing == Standing::Disputed;
    return item;
}

ReceptionReport refused(Error problem) {
    ReceptionReport report;
    report.reception = Reception::Refused;
    report.problem = std::move(problem);
    return report;
}

ReceptionReport provisional(std::optional<InboxNumber> number) {
    ReceptionReport report;
    report.reception = Reception::Provisional;
    report.number = number;
    return report;
}

// Everything that one reception needs in common. Borrows.
struct Step {
    storage::Txn& txn;
    const Device& device;
    const ReceptionInput& input;
    crypto::Random& random;
};

Status sign_about(Step& step, const InboxItem& item, crypto::DeliveryEvent event,
                  std::uint16_t reason) {
    return queue_statement(step.txn, {event, item.hash, step.device.certificate, item.accepted,
                                      step.input.now, reason});
}

Result<ReceptionReport> keep_unopenable(Step& step, InboxItem item, const Error& problem,
                                        bool key_held) {
    item.state = InboxState::Unopenable;
    item.problem = std::string(chapar::text_of(problem.code).code);
    CHAPAR_TRY(inbox_store::put_item(step.txn, item));
    CHAPAR_TRY(inbox_store::erase_text(step.txn, step.device, item.number));
    CHAPAR_TRY(sign_about(step, item, crypto::DeliveryEvent::Unopenable,
                          reason_of(problem.code, key_held)));
    ReceptionReport report;
    report.reception = Reception::Unopenable;
    report.number = item.number;
    report.problem = problem;
    return report;
}

Result<ReceptionReport> keep_settled(Step& step, const InboxItem& item, const Text& text,
                                     std::uint32_t got, bool was_provisional) {
    CHAPAR_TRY(inbox_store::put_item(step.txn, item));
    const Bytes header = schemas::encode_header(text.said.header);
    CHAPAR_TRY(inbox_store::put_text(step.txn, step.device, item.number, {header, text.streams},
                                     step.random));
    CHAPAR_TRY(sign_about(step, item, crypto::DeliveryEvent::Delivered, statement_reason::kNone));
    ReceptionReport report;
    report.reception = was_provisional ? Reception::Settled : Reception::Stored;
    report.number = item.number;
    report.missing = CHAPAR_TRY(inbox_store::count_received(step.txn, item.sender, got));
    const TimeMs now = step.input.now;
    report.recalled = CHAPAR_TRY(apply_earlier_recall(step.txn, step.device, item, now));
    if (const auto* recall = std::get_if<schemas::Recall>(&text.said.content.payload)) {
        report.recalled = CHAPAR_TRY(apply_recall(step.txn, step.device, item, *recall, now));
    }
    return report;
}

Result<ReceptionReport> keep_provisional(Step& step, InboxItem item, const Text& text) {
    item.state = InboxState::Provisional;
    CHAPAR_TRY(inbox_store::put_item(step.txn, item));
    const Bytes header = schemas::encode_header(text.said.header);
    CHAPAR_TRY(inbox_store::put_text(step.txn, step.device, item.number, {header, text.streams},
                                     step.random));
    return provisional(item.number);
}

// A provisional item whose sender turns out not to have been allowed: its text goes.
Result<ReceptionReport> withdraw(Step& step, const std::optional<InboxItem>& known, Error problem) {
    if (known && known->state == InboxState::Provisional) {
        CHAPAR_TRY(inbox_store::erase_text(step.txn, step.device, known->number));
        CHAPAR_TRY(inbox_store::erase_item(step.txn, *known));
    }
    return refused(std::move(problem));
}

Result<ReceptionReport> open_and_keep(Step& step, Examined examined, const FoundSigners& found,
                                      const std::optional<InboxItem>& known,
                                      Completeness completeness) {
    const crypto::StanzaLabel label = examined.received.own_label();
    auto verified = crypto::VerifiedEnvelope::verify(examined.received, found.signers);
    if (!verified) return withdraw(step, known, verified.error());
    const auto same_id = CHAPAR_TRY(
        get_number(step.txn, tables::kInboxIds,
                   inbox_store::id_key(examined.header.sender, examined.header.message_id)));
    if (same_id && !known) return refused(Error(Errc::Conflict, "message id"));

    const bool behind = completeness == Completeness::Behind;
    const auto auditors = auditor_keys(DirectoryView(step.txn), examined.received);
    if (!auditors) {
        if (auditors.error().code != Errc::Provisional) return auditors.error();
        return provisional(known ? std::optional(known->number) : std::nullopt);
    }
    const auto keys = opening_keys(step.device, step.input.epochs, label);
    const auto text =
        keys ? open_text(std::move(verified).value(), *keys, *auditors, step.input.envelope.streams)
             : Result<Text>(keys.error());
    if (!text && is_in_transit(text.error().code)) return refused(text.error());
    if (!text && behind) return provisional(std::nullopt);

    const InboxNumber number =
        known ? known->number : InboxNumber(CHAPAR_TRY(take_number(step.txn, tables::kInbox)));
    const InboxItem item = make_item(examined, found, number);
    if (!text) return keep_unopenable(step, item, text.error(), keys.has_value());
    if (behind) return keep_provisional(step, item, *text);
    return keep_settled(step, item, *text, label.got, known.has_value());
}

bool is_store_error(Errc code) {
    return code == Errc::StoreDamaged || code == Errc::StoreFailed || code == Errc::StoreFull ||
           code == Errc::StoreInUse;
}

}  // namespace

Result<ReceptionReport> receive(storage::Txn& txn, const Device& device,
                                const ReceptionInput& input, crypto::Random& random) {
    Step step{txn, device, input, random};
    auto examined = examine(device, input);
    if (!examined) return refused(examined.error());

    const auto known = CHAPAR_TRY(inbox_find(txn, examined->received.hash()));
    if (known && known->state != InboxState::Provisional) {
        ReceptionReport report;
        report.reception = Reception::Duplicate;
        report.number = known->number;
        return report;
    }
    const DirectoryView directory(txn);
    const crypto::Leaf& leaf = examined->entry.leaf();
    const Completeness completeness = CHAPAR_TRY(directory.completeness(leaf.index, leaf.last_dir));
    if (completeness == Completeness::Contradiction) return refused(not_ours("last_dir"));
    const auto found = find_signers(directory, device, *examined);
    if (!found) {
        if (is_store_error(found.error().code)) return found.error();
        // A certificate that is not here yet may be in the part that is missing.
        if (completeness == Completeness::Behind &&
            found.error().code == Errc::CertificateUnknown) {
            return provisional(known ? std::optional(known->number) : std::nullopt);
        }
        return withdraw(step, known, found.error());
    }
    return open_and_keep(step, std::move(*examined), *found, known, completeness);
}

}  // namespace chapar::client
