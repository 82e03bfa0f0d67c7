#include "client/core/outbox.h"

#include <algorithm>
#include <utility>

#include "client/core/outbox_store.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/envelope.h"
#include "schemas/header_codec.h"

namespace chapar::client {
namespace {

using schemas::Stage;

bool is_final(Stage stage) { return stage == Stage::Logged || stage == Stage::Refused; }

std::optional<Stage> stage_of_event(crypto::MessageEvent event) {
    switch (event) {
        case crypto::MessageEvent::Delivered:
            return Stage::Delivered;
        case crypto::MessageEvent::Opened:
            return Stage::Opened;
        case crypto::MessageEvent::Acked:
            return Stage::Acknowledged;
        case crypto::MessageEvent::Recalled:
            return Stage::Recalled;
        case crypto::MessageEvent::Withheld:
            return Stage::Withheld;
        case crypto::MessageEvent::Expired:
            return Stage::Expired;
        default:
            return std::nullopt;
    }
}

// Which stage an office may move to: forward along the signed steps; withheld and expired only
// while nothing was delivered, and delivery afterwards proves more than they did.
int rank(Stage stage) {
    switch (stage) {
        case Stage::OnThisComputer:
            return 0;
        case Stage::Logged:
            return 1;
        case Stage::Withheld:
            return 2;
        case Stage::Expired:
            return 3;
        case Stage::Delivered:
            return 4;
        case Stage::Opened:
            return 5;
        case Stage::Acknowledged:
            return 6;
        case Stage::Recalled:
            return 7;
        default:
            return -1;
    }
}

// The device has the right to the text and cannot have it from this envelope.
bool is_lost_to_device(const OfficeEvent& event) {
    if (event.event == crypto::MessageEvent::Withheld) return event.reason == kPayloadLost;
    return event.event == crypto::MessageEvent::Unopenable &&
           event.reason == statement_reason::kKeyGone;
}

void move_office(OutboxOffice& office, const OfficeEvent& event) {
    const bool known = std::ranges::find(office.key_gone, event.device) != office.key_gone.end();
    if (is_lost_to_device(event) && !known) office.key_gone.push_back(event.device);
    if (event.event == crypto::MessageEvent::Unopenable) {
        if (!office.unopenable) office.unopenable = event.at;
        return;
    }
    const auto stage = stage_of_event(event.event);
    if (!stage || rank(*stage) <= rank(office.stage)) return;
    office.stage = *stage;
    office.since = event.time;
    office.at = event.at;
    office.device = event.device;
}

Result<CertificateHash> author_of(const OutboxBytes& bytes) {
    const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(bytes.statement));
    return CHAPAR_TRY(schemas::decode_header(statement.header)).sender;
}

}  // namespace

Result<OutboxNumber> outbox_draft_add(storage::Txn& txn, OutboxItem item, ByteView draft,
                                      crypto::Vault& vault, crypto::Random& random) {
    if (CHAPAR_TRY(get_number(txn, tables::kOutboxIds, item.message.view()))) {
        return Error(Errc::AlreadyExists, "message id");
    }
    item.number = OutboxNumber(CHAPAR_TRY(take_number(txn, tables::kOutbox)));
    item.stage = Stage::Drafted;
    CHAPAR_TRY(outbox_store::put_item(txn, item));
    CHAPAR_TRY(put_number(txn, tables::kOutboxIds, item.message.view(), item.number.value));
    const Bytes key = number_key(item.number.value);
    const Bytes at_rest = CHAPAR_TRY(vault.seal({tables::kOutboxDrafts.name, key}, draft, random));
    CHAPAR_TRY(txn.put(tables::kOutboxDrafts, key, at_rest));
    return item.number;
}

Status outbox_update(storage::Txn& txn, const OutboxItem& item) {
    const OutboxItem stored = CHAPAR_TRY(outbox_item(txn, item.number));
    if (stored.stage != item.stage) return Error(Errc::Conflict, "another stage");
    return outbox_store::put_item(txn, item);
}

Status outbox_await_approvals(storage::Txn& txn, OutboxItem item) {
    const OutboxItem stored = CHAPAR_TRY(outbox_item(txn, item.number));
    if (stored.stage != Stage::Drafted) return Error(Errc::Conflict, "not a draft");
    item.stage = Stage::AwaitingApprovals;
    return outbox_store::put_item(txn, item);
}

Status outbox_approved(storage::Txn& txn, OutboxItem item) {
    const OutboxItem stored = CHAPAR_TRY(outbox_item(txn, item.number));
    if (stored.stage != Stage::AwaitingApprovals) return Error(Errc::Conflict, "not awaiting");
    item.stage = Stage::Drafted;
    return outbox_store::put_item(txn, item);
}

Status outbox_sealed(storage::Txn& txn, OutboxItem item, const SealedItem& sealed,
                     crypto::Vault& vault, crypto::Random& random) {
    const OutboxItem stored = CHAPAR_TRY(outbox_item(txn, item.number));
    // Sealed once: a second sealing would be a second envelope under one message id.
    if (stored.stage != Stage::Drafted) return Error(Errc::Conflict, "sealed already");
    item.stage = Stage::OnThisComputer;
    item.hash = sealed.hash;
    item.problem = {};
    const Bytes key = number_key(item.number.value);
    const crypto::SecretBuffer secrets = outbox_store::encode(sealed.stream_secrets);
    CHAPAR_TRY(outbox_store::put_item(txn, item));
    CHAPAR_TRY(put_number(txn, tables::kOutboxHashes, sealed.hash.view(), item.number.value));
    const Bytes at_rest =
        CHAPAR_TRY(vault.seal({tables::kOutboxSecrets.name, key}, secrets.expose(), random));
    CHAPAR_TRY(txn.put(tables::kOutboxSecrets, key, at_rest));
    return txn.put(tables::kOutboxBytes, key, outbox_store::encode(sealed.bytes));
}

Status outbox_unsealed(storage::Txn& txn, OutboxNumber number) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    if (item.stage != Stage::OnThisComputer || item.attempts != 0) {
        return Error(Errc::Conflict, "it was handed to the network");
    }
    const Bytes key = number_key(number.value);
    CHAPAR_TRY(txn.erase(tables::kOutboxBytes, key));
    CHAPAR_TRY(txn.erase(tables::kOutboxSecrets, key));
    CHAPAR_TRY(txn.erase(tables::kOutboxHashes, item.hash.view()));
    item.stage = Stage::Drafted;
    item.hash = {};
    item.offices.clear();
    item.files.clear();
    return outbox_store::put_item(txn, item);
}

Status outbox_uploaded(storage::Txn& txn, OutboxNumber number, const Hash& root) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    const auto file = std::ranges::find(item.files, root, &OutboxFile::root);
    if (file == item.files.end()) return Error(Errc::NotFound, "stream");
    file->uploaded = true;
    return outbox_store::put_item(txn, item);
}

Status outbox_attempted(storage::Txn& txn, OutboxNumber number) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    if (item.stage != Stage::OnThisComputer) return Error(Errc::Conflict, "not to be sent");
    ++item.attempts;
    return outbox_store::put_item(txn, item);
}

Status outbox_logged(storage::Txn& txn, OutboxNumber number, const Receipt& receipt) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    if (receipt.envelope() != item.hash) return Error(Errc::LeafInvalid, "another envelope");
    if (item.stage == Stage::Logged) return Done{};
    // The ledger's own rule: what was refused is never accepted later.
    if (item.stage == Stage::Refused && item.entry)
        return Error(Errc::LeafInvalid, "refused before");
    if (item.stage != Stage::OnThisComputer && item.stage != Stage::Refused) {
        return Error(Errc::Conflict, "a draft cannot be logged");
    }
    // Of the certificate that sealed it: this device may have another by now.
    const OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn, number));
    const CertificateHash author = CHAPAR_TRY(author_of(bytes));
    item.stage = Stage::Logged;
    item.entry = receipt.first();
    item.entry_time = receipt.time();
    item.problem = {};
    for (OutboxOffice& office : item.offices) {
        const auto& entries = receipt.entries();
        const auto entry = std::ranges::find(entries, office.agency, &ReceiptEntry::agency);
        if (entry == entries.end()) return Error(Errc::LeafInvalid, "agency without an entry");
        office.stage = Stage::Logged;
        office.since = entry->time;
        office.at = entry->index;
        for (const CertificateHash& recipient : office.devices) {
            const auto held = CHAPAR_TRY(receipts_held(txn, author, recipient));
            CHAPAR_TRY(
                put_number(txn, tables::kGot, outbox_store::got_key(author, recipient), held + 1));
        }
    }
    for (const ReceiptEntry& entry : receipt.entries()) {
        CHAPAR_TRY(txn.put(tables::kReceipts, numbered_key(item.hash.view(), entry.index.value),
                           outbox_store::encode(entry)));
    }
    return outbox_store::put_item(txn, item);
}

Status outbox_refused(storage::Txn& txn, OutboxNumber number, const Refusal& refusal) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    if (refusal.envelope != item.hash) return Error(Errc::LeafInvalid, "another envelope");
    if (item.stage == Stage::Refused && item.entry) return Done{};
    if (item.stage != Stage::OnThisComputer && item.stage != Stage::Refused) {
        return Error(Errc::Conflict, "not waiting");
    }
    item.stage = Stage::Refused;
    item.entry = refusal.index;
    item.entry_time = refusal.time;
    item.problem.code = refusal.code;
    for (const crypto::DecisionLine& line : refusal.decision.lines) {
        if (line.rule.empty()) continue;
        item.problem.rule = line.rule;
        item.problem.policy = line.policy;
    }
    const ReceiptEntry entry{refusal.index, refusal.agency, refusal.time,
                             refusal.text,  refusal.body,   refusal.salt};
    CHAPAR_TRY(txn.put(tables::kReceipts, numbered_key(item.hash.view(), entry.index.value),
                       outbox_store::encode(entry)));
    return outbox_store::put_item(txn, item);
}

Status outbox_problem(storage::Txn& txn, OutboxNumber number, const OutboxProblem& problem) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    if (is_final(item.stage)) return Done{};
    item.problem = problem;
    // The broker lost, or never had, what it was said to have: uploaded anew, all of it.
    if (problem.code == text_of(Errc::StreamMissing).code) {
        for (OutboxFile& file : item.files) file.uploaded = false;
    }
    if (item.stage == Stage::OnThisComputer && !is_temporary(problem.code)) {
        item.stage = Stage::Refused;
    }
    return outbox_store::put_item(txn, item);
}

Status outbox_drop(storage::Txn& txn, OutboxNumber number, crypto::Vault& vault) {
    const OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    const bool waiting = item.stage == Stage::Drafted || item.stage == Stage::AwaitingApprovals ||
                         item.stage == Stage::OnThisComputer;
    if (!waiting || item.attempts != 0) {
        return Error(Errc::Conflict, "it was handed to the network; recall it instead");
    }
    const Bytes key = number_key(number.value);
    CHAPAR_TRY(vault.purge({tables::kOutboxDrafts.name, key}));
    CHAPAR_TRY(vault.purge({tables::kOutboxSecrets.name, key}));
    CHAPAR_TRY(txn.erase(tables::kOutboxSecrets, key));
    CHAPAR_TRY(txn.erase(tables::kOutbox, key));
    CHAPAR_TRY(txn.erase(tables::kOutboxDrafts, key));
    CHAPAR_TRY(txn.erase(tables::kOutboxBytes, key));
    if (!item.hash.is_zero()) CHAPAR_TRY(txn.erase(tables::kOutboxHashes, item.hash.view()));
    return put_number(txn, tables::kOutboxIds, item.message.view(), outbox_store::kDropped);
}

Status outbox_office_event(storage::Txn& txn, OutboxNumber number, const OfficeEvent& event) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    if (item.stage != Stage::Logged) return Error(Errc::Conflict, "not logged");
    for (OutboxOffice& office : item.offices) {
        const bool concerned =
            std::ranges::find(office.devices, event.device) != office.devices.end();
        if (concerned) move_office(office, event);
    }
    return outbox_store::put_item(txn, item);
}

}  // namespace chapar::client
