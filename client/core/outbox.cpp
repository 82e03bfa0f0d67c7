#include "client/core/outbox.h"

#include <algorithm>
#include <utility>

#include "client/core/outbox_store.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

using schemas::Stage;

// A dropped draft leaves its message id behind, so that it cannot be used again.
constexpr std::uint64_t kDropped = 0;

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

void move_office(OutboxOffice& office, const OfficeEvent& event) {
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

}  // namespace

schemas::SubmittedEnvelope submitted(const OutboxBytes& bytes) {
    schemas::SubmittedEnvelope out{
        bytes.statement, bytes.item.encode(), bytes.blind, {}, bytes.streams};
    for (const crypto::Stanza& stanza : bytes.stanzas) {
        out.stanzas.push_back({stanza.label.encode(), stanza.enc, stanza.ciphertext});
    }
    return out;
}

Result<OutboxItem> outbox_item(const storage::ReadTxn& txn, OutboxNumber number) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutbox, number_key(number.value)));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    return outbox_store::decode_item(number, *stored);
}

Result<OutboxItem> outbox_item(const storage::ReadTxn& txn, const MessageId& id) {
    const auto number = CHAPAR_TRY(get_number(txn, tables::kOutboxIds, id.view()));
    if (!number || *number == kDropped) return Error(Errc::NotFound, "message id");
    return outbox_item(txn, OutboxNumber(*number));
}

Result<std::optional<OutboxItem>> outbox_find(const storage::ReadTxn& txn,
                                              const EnvelopeHash& hash) {
    const auto number = CHAPAR_TRY(get_number(txn, tables::kOutboxHashes, hash.view()));
    if (!number) return std::optional<OutboxItem>();
    return std::optional(CHAPAR_TRY(outbox_item(txn, OutboxNumber(*number))));
}

Result<std::vector<OutboxItem>> outbox_items(const storage::ReadTxn& txn) {
    std::vector<OutboxItem> items;
    const auto cursor = txn.cursor(tables::kOutbox);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const OutboxNumber number(number_at_end(cursor->key()));
        items.push_back(CHAPAR_TRY(outbox_store::decode_item(number, cursor->value())));
    }
    return items;
}

Result<std::vector<OutboxItem>> outbox_pending(const storage::ReadTxn& txn) {
    std::vector<OutboxItem> items = CHAPAR_TRY(outbox_items(txn));
    std::erase_if(items,
                  [](const OutboxItem& item) { return item.stage != Stage::OnThisComputer; });
    std::ranges::stable_sort(items, {}, &OutboxItem::urgency);
    return items;
}

Result<OutboxBytes> outbox_bytes(const storage::ReadTxn& txn, OutboxNumber number) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutboxBytes, number_key(number.value)));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    return outbox_store::decode_bytes(*stored);
}

Result<crypto::SecretBuffer> outbox_draft(const storage::ReadTxn& txn, OutboxNumber number,
                                          crypto::Vault& vault) {
    const Bytes key = number_key(number.value);
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutboxDrafts, key));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    return vault.open({tables::kOutboxDrafts.name, key}, *stored);
}

Result<std::uint32_t> receipts_held(const storage::ReadTxn& txn, const OfficeId& office) {
    const auto held = CHAPAR_TRY(get_number(txn, tables::kGot, view(office.text())));
    return static_cast<std::uint32_t>(held.value_or(0));
}

Result<SentEnvelope> sent_envelope(const storage::ReadTxn& txn, OutboxNumber number,
                                   const AgencyId& sender_agency) {
    const OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn, number));
    SentEnvelope sent{
        item.hash, std::move(bytes.statement), bytes.item.encode(), bytes.blind, sender_agency, {},
        {}};
    for (std::size_t i = 0; i < bytes.stanzas.size(); ++i) {
        sent.stanzas.push_back(crypto::digest_of(bytes.stanzas[i]));
        sent.stanza_agency.emplace(bytes.stanzas[i].label.certificate, bytes.stanza_agencies[i]);
    }
    return sent;
}

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
    CHAPAR_TRY(txn.put(tables::kOutboxDrafts, key,
                       CHAPAR_TRY(vault.seal({tables::kOutboxDrafts.name, key}, draft, random))));
    return item.number;
}

Status outbox_sealed(storage::Txn& txn, OutboxItem item, const EnvelopeHash& hash,
                     const OutboxBytes& bytes) {
    const OutboxItem stored = CHAPAR_TRY(outbox_item(txn, item.number));
    // Sealed once: a second sealing would be a second envelope under one message id.
    if (stored.stage != Stage::Drafted) return Error(Errc::Conflict, "sealed already");
    item.stage = Stage::OnThisComputer;
    item.hash = hash;
    item.problem = {};
    CHAPAR_TRY(outbox_store::put_item(txn, item));
    CHAPAR_TRY(put_number(txn, tables::kOutboxHashes, hash.view(), item.number.value));
    return txn.put(tables::kOutboxBytes, number_key(item.number.value),
                   outbox_store::encode(bytes));
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
        const auto held = CHAPAR_TRY(receipts_held(txn, office.office));
        CHAPAR_TRY(put_number(txn, tables::kGot, view(office.office.text()), held + 1));
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
    if (item.stage == Stage::OnThisComputer && !is_temporary(problem.code)) {
        item.stage = Stage::Refused;
    }
    return outbox_store::put_item(txn, item);
}

Status outbox_drop(storage::Txn& txn, OutboxNumber number, crypto::Vault& vault) {
    const OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    const bool waiting = item.stage == Stage::Drafted || item.stage == Stage::OnThisComputer;
    if (!waiting || item.attempts != 0) {
        return Error(Errc::Conflict, "it was handed to the network; recall it instead");
    }
    const Bytes key = number_key(number.value);
    CHAPAR_TRY(vault.purge({tables::kOutboxDrafts.name, key}));
    CHAPAR_TRY(txn.erase(tables::kOutbox, key));
    CHAPAR_TRY(txn.erase(tables::kOutboxDrafts, key));
    CHAPAR_TRY(txn.erase(tables::kOutboxBytes, key));
    if (!item.hash.is_zero()) CHAPAR_TRY(txn.erase(tables::kOutboxHashes, item.hash.view()));
    return put_number(txn, tables::kOutboxIds, item.message.view(), kDropped);
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

Result<std::vector<ReceiptEntry>> receipts_of(const storage::ReadTxn& txn,
                                              const EnvelopeHash& hash) {
    std::vector<ReceiptEntry> found;
    const auto cursor = txn.cursor(tables::kReceipts);
    CHAPAR_TRY(cursor->seek(hash.view()));
    while (cursor->at_record() && starts_with(cursor->key(), hash.view())) {
        const EntryIndex index(number_at_end(cursor->key()));
        found.push_back(CHAPAR_TRY(outbox_store::decode_receipt(index, cursor->value())));
        CHAPAR_TRY(cursor->next());
    }
    return found;
}

}  // namespace chapar::client
