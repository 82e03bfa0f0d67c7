#include "broker/core/replay_rebuild.h"

#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "crypto/admit.h"
#include "crypto/body_seal.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"

namespace chapar::broker {
namespace {

using crypto::KeyEvent;
using crypto::LeafKind;
using crypto::MessageEvent;

Result<OperationBody> rebuild_key(const crypto::EntryBody& body) {
    if (body.event == event_number(KeyEvent::Opened)) return OperationBody(OpenKey{*body.record});
    return OperationBody(PutRecord{*body.record});
}

// Takes over the stanzas that this agency's entry reveals.
void reveal(const std::vector<crypto::BodyStanza>& shown,
            std::vector<std::optional<SubmittedStanza>>& stanzas) {
    stanzas.resize(std::max(stanzas.size(), shown.size()));
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (!shown[i].label) continue;
        const Bytes label = shown[i].label->encode();
        stanzas[i] = SubmittedStanza{*LabelBytes::from(label), shown[i].value};
    }
}

Result<OperationBody> rebuild_submit(RecordedLedger& entries, EntryIndex at,
                                     const RecordedKeys& keys, const OpenedEntry& first) {
    std::vector<std::optional<SubmittedStanza>> stanzas;
    reveal(*first.body.stanzas, stanzas);
    const bool accepted = first.body.event == event_number(MessageEvent::Accepted);
    for (std::uint64_t i = at.value + 1; accepted && i < entries.size(); ++i) {
        const RecordedEntry entry = CHAPAR_TRY(entries.read(EntryIndex(i)));
        const auto leaf = crypto::Leaf::decode(entry.leaf);
        if (!leaf || leaf->kind != LeafKind::Message) break;
        const auto next = open_recorded(entry, EntryIndex(i), keys);
        if (!next || next->body.event != first.body.event ||
            next->body.envelope_hash != first.body.envelope_hash) {
            break;
        }
        reveal(*next->body.stanzas, stanzas);
    }
    Submit submit{*first.body.envelope, *first.body.item, *first.body.blind, {}, {}};
    for (const auto& stanza : stanzas) {
        if (!stanza) return Error(Errc::LedgerDamaged, "stanzas");
        submit.stanzas.push_back(*stanza);
    }
    return OperationBody(std::move(submit));
}

Result<OperationBody> rebuild_message(RecordedLedger& entries, EntryIndex at,
                                      const RecordedKeys& keys, const OpenedEntry& first) {
    switch (static_cast<MessageEvent>(first.body.event)) {
        case MessageEvent::Accepted:
        case MessageEvent::Rejected:
            return rebuild_submit(entries, at, keys, first);
        case MessageEvent::Delivered:
        case MessageEvent::Opened:
        case MessageEvent::Acked:
        case MessageEvent::Unopenable:
        case MessageEvent::Recalled:
            return OperationBody(Confirm{*first.body.statement, *first.body.item});
        case MessageEvent::Withheld:
            return OperationBody(Withhold{*first.body.envelope_hash, first.body.devices.front()});
        case MessageEvent::Expired:
            return Error(Errc::LedgerDamaged, "a consequence without its cause");
        case MessageEvent::Forwarded:
            break;
    }
    return Error(Errc::LedgerDamaged, "event");
}

Result<OperationBody> rebuild_body(RecordedLedger& entries, EntryIndex at, const RecordedKeys& keys,
                                   const OpenedEntry& first) {
    switch (first.leaf.kind) {
        case LeafKind::Admin:
            if (first.body.event == event_number(crypto::AdminEvent::Override)) {
                return OperationBody(PutRecord{*first.body.record});
            }
            return OperationBody(Found{*first.body.record});
        case LeafKind::Epoch:
            return OperationBody(OpenEpoch{*first.body.nonce, *first.body.build});
        case LeafKind::Key:
            return rebuild_key(first.body);
        case LeafKind::Policy:
        case LeafKind::Ladder:
        case LeafKind::Shred:
        case LeafKind::Prune:
        case LeafKind::Hold:
            if (!first.body.record) break;
            return OperationBody(PutRecord{*first.body.record});
        case LeafKind::Time:
            if (first.body.step) return OperationBody(Step{*first.body.step});
            return OperationBody(Advance{});
        case LeafKind::Message:
            return rebuild_message(entries, at, keys, first);
        case LeafKind::Anchor:
            break;
    }
    return Error(Errc::LedgerDamaged, "kind");
}

Result<crypto::VerifyingKey> sign_key(const storage::ReadTxn& txn, const CertificateHash& device) {
    const auto entry = CHAPAR_TRY(read_device(txn, device));
    if (!entry) return Error(Errc::CertificateUnknown);
    return crypto::VerifyingKey::create(entry->record.request.request.sign_key);
}

Status check_submit(const storage::ReadTxn& txn, const Submit& submit) {
    const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(submit.envelope));
    const auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
    const auto item = CHAPAR_TRY(crypto::BatchItem::decode(submit.item));
    const auto sender = CHAPAR_TRY(sign_key(txn, header.sender));
    CHAPAR_TRY(crypto::check_item(crypto::envelope_hash(submit.envelope), item, sender));
    std::vector<crypto::StanzaDigest> digests;
    for (const SubmittedStanza& stanza : submit.stanzas) {
        const auto label = CHAPAR_TRY(crypto::StanzaLabel::decode(stanza.label.view()));
        digests.push_back({label, stanza.sealed});
    }
    CHAPAR_TRY(crypto::check_stanzas(statement, digests));
    CHAPAR_TRY(crypto::check_auditors(digests, header.auditors));
    CHAPAR_TRY(schemas::check_header_rules(header));
    std::map<CertificateHash, crypto::VerifyingKey> approvers;
    for (const crypto::Approval& approval : statement.approvals) {
        const auto key = CHAPAR_TRY(sign_key(txn, approval.approver));
        approvers.emplace(approval.approver, key);
    }
    return crypto::check_approvals(statement, header.home, approvers);
}

Status check_confirm(const storage::ReadTxn& txn, const Confirm& confirm) {
    const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(confirm.statement));
    const auto item = CHAPAR_TRY(crypto::BatchItem::decode(confirm.item));
    const auto key = CHAPAR_TRY(sign_key(txn, statement.signer));
    return crypto::check_item(statement, item, key);
}

}  // namespace

Result<OpenedEntry> open_recorded(const RecordedEntry& entry, EntryIndex index,
                                  const RecordedKeys& keys) {
    if (crypto::is_tombstone(entry.leaf)) return Error(Errc::EntryPruned);
    auto leaf = CHAPAR_TRY(crypto::Leaf::decode(entry.leaf));
    crypto::BodySalt salt;
    Bytes opened;
    std::optional<EntryIndex> bucket;
    if (crypto::is_sealed(leaf.kind) && entry.body.empty() && !entry.opened.empty()) {
        opened = entry.opened;
        salt = entry.salt;
    } else if (crypto::is_sealed(leaf.kind)) {
        if (entry.body.empty()) return Error(Errc::LedgerKeyMissing, "no body");
        const EntryIndex opened_by = CHAPAR_TRY(crypto::key_entry_of(entry.body));
        const auto name = keys.by_entry.find(opened_by);
        if (name == keys.by_entry.end()) return Error(Errc::LedgerKeyMissing);
        const crypto::Secret32* secret = keys.keys.find(name->second);
        if (secret == nullptr) return Error(Errc::LedgerKeyMissing);
        opened = CHAPAR_TRY(crypto::open_body(*secret, index, entry.body));
        salt = crypto::body_salt(*secret, index);
        bucket = opened_by;
    } else if (leaf.kind == LeafKind::Key && entry.body.empty()) {
        return Error(Errc::EntryShredded);
    } else {
        opened = entry.body;
    }
    if (crypto::body_commit(salt, opened) != leaf.body_commit) {
        return Error(Errc::LedgerDamaged, "body.commit");
    }
    auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, opened));
    return OpenedEntry{std::move(leaf), std::move(body), bucket};
}

Result<Operation> rebuild(RecordedLedger& entries, EntryIndex at, const RecordedKeys& keys) {
    const RecordedEntry recorded = CHAPAR_TRY(entries.read(at));
    const auto first = CHAPAR_TRY(open_recorded(recorded, at, keys));
    auto body = CHAPAR_TRY(rebuild_body(entries, at, keys, first));
    return Operation{{first.body.time, first.leaf.clock}, std::move(body)};
}

Status check_stateless(const storage::ReadTxn& txn, const Operation& operation) {
    if (const auto* submit = std::get_if<Submit>(&operation.body)) {
        return check_submit(txn, *submit);
    }
    if (const auto* confirm = std::get_if<Confirm>(&operation.body)) {
        return check_confirm(txn, *confirm);
    }
    return Done{};
}

}  // namespace chapar::broker
