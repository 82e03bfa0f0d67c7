#include "client/core/awaited_proofs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/core/ledger_alarms.h"
#include "client/core/outbox.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/succession.h"
#include "client/core/tables.h"
#include "client/core/waited_time.h"
#include "crypto/leaf.h"
#include "crypto/tlog_proof.h"
#include "crypto/tree.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;
// What one look for late receipts reads at most: the oldest tell enough.
constexpr std::size_t kJudgedAtOnce = 4096;

Bytes key_of(EntryIndex index, AwaitedKind kind) {
    return LayoutWriter().u64(index.value).u8(static_cast<std::uint8_t>(kind)).take();
}

Bytes about(EntryIndex index) { return number_key(index.value); }

Status put(storage::Txn& txn, const AwaitedProof& row) {
    return txn.put(tables::kAwaitedProofs, key_of(row.index, row.kind),
                   LayoutWriter()
                       .u8(kVersion)
                       .raw(row.envelope.view())
                       .raw(row.leaf.view())
                       .u64(row.since.value)
                       .u8(row.shown ? 1 : 0)
                       .u8(row.told ? 1 : 0)
                       .take());
}

Result<AwaitedProof> decode(ByteView key, ByteView value) {
    LayoutReader place(key);
    AwaitedProof row;
    row.index = EntryIndex(place.u64());
    const std::uint8_t kind = place.u8();
    LayoutReader in(value);
    const std::uint8_t version = in.u8();
    row.envelope = in.fixed<EnvelopeHash>();
    row.leaf = in.fixed<Hash>();
    row.since = TimeMs(in.u64());
    row.shown = in.u8() != 0;
    row.told = in.u8() != 0;
    if (!place.finish("proofs.awaited") || !in.finish("proofs.awaited") || version != kVersion ||
        kind < static_cast<std::uint8_t>(AwaitedKind::Sent) ||
        kind > static_cast<std::uint8_t>(AwaitedKind::Event)) {
        return Error(Errc::StoreDamaged, "proofs.awaited");
    }
    row.kind = static_cast<AwaitedKind>(kind);
    return row;
}

Result<std::vector<AwaitedProof>> rows_of(const storage::ReadTxn& txn, EntryIndex index) {
    std::vector<AwaitedProof> rows;
    const Bytes prefix = number_key(index.value);
    const auto cursor = txn.cursor(tables::kAwaitedProofs);
    CHAPAR_TRY(cursor->seek(prefix));
    while (cursor->at_record() && starts_with(cursor->key(), prefix)) {
        rows.push_back(CHAPAR_TRY(decode(cursor->key(), cursor->value())));
        CHAPAR_TRY(cursor->next());
    }
    return rows;
}

bool has_receipt(AwaitedKind kind) {
    return kind == AwaitedKind::Sent || kind == AwaitedKind::Received;
}

// The note and path of the receipt are replaced; leaf, body and salt stay.
Status upgrade(storage::Txn& txn, const AwaitedProof& row, const schemas::EntryProof& proof,
               const ShownHead& head) {
    const Bytes key = numbered_key(row.envelope.view(), row.index.value);
    const auto stored = CHAPAR_TRY(txn.get(tables::kReceipts, key));
    if (!stored) return Done{};  // an item that was withdrawn has none any more
    ReceiptEntry receipt = CHAPAR_TRY(outbox_store::decode_receipt(row.index, *stored));
    const auto before = CHAPAR_TRY(crypto::TlogProof::parse(receipt.text));
    receipt.text = crypto::TlogProof{before.extra, proof.index, proof.path, head.note}.text();
    receipt.witnessed = head.time;
    return txn.put(tables::kReceipts, key, outbox_store::encode(receipt));
}

std::string subject(AwaitedKind kind) {
    switch (kind) {
        case AwaitedKind::Sent:
            return "an envelope that this device sent";
        case AwaitedKind::Received:
            return "an envelope that this device received";
        case AwaitedKind::Statement:
            return "a confirmation that this device signed";
        case AwaitedKind::Event:
            return "a confirmation about an envelope that this device sent";
    }
    return "an entry";
}

Status raise_missing(storage::Txn& txn, const AwaitedProof& row, const std::string& what,
                     TimeMs now) {
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::EntryMissing;
    alarm.about = about(row.index);
    alarm.raised = now;
    alarm.sentence = "This device holds the proof that entry " + std::to_string(row.index.value) +
                     " of the ledger is " + subject(row.kind) + "; the broker now " + what +
                     ". Keep the receipt; tell the operator and the auditor of your agency.";
    return raise_alarm(txn, alarm);
}

Status settle_row(storage::Txn& txn, AwaitedProof row, const schemas::EntryProof& proof,
                  const ShownHead& head) {
    if (head.witnessing == Witnessing::Met && has_receipt(row.kind)) {
        CHAPAR_TRY(upgrade(txn, row, proof, head));
    }
    if (head.witnessing != Witnessing::NotMet) {
        CHAPAR_TRY(txn.erase(tables::kAwaitedProofs, key_of(row.index, row.kind)));
        return Done{};
    }
    row.shown = true;
    return put(txn, row);
}

}  // namespace

Status await_proof(storage::Txn& txn, const AwaitedProof& awaited) {
    const Bytes key = key_of(awaited.index, awaited.kind);
    if (CHAPAR_TRY(txn.get(tables::kAwaitedProofs, key))) return Done{};
    return put(txn, awaited);
}

Status await_receipts(storage::Txn& txn, const EnvelopeHash& envelope, AwaitedKind kind) {
    for (const ReceiptEntry& receipt : CHAPAR_TRY(receipts_of(txn, envelope))) {
        if (receipt.witnessed) continue;
        const auto proof = CHAPAR_TRY(crypto::TlogProof::parse(receipt.text));
        AwaitedProof row{receipt.index, kind, envelope, crypto::leaf_hash(proof.extra)};
        CHAPAR_TRY(await_proof(txn, row));
    }
    return Done{};
}

Status await_all_receipts(storage::Txn& txn) {
    std::vector<EnvelopeHash> envelopes;
    const auto cursor = txn.cursor(tables::kReceipts);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const auto hash = EnvelopeHash::from(cursor->key().first(EnvelopeHash::kSize));
        if (!hash) return Error(Errc::StoreDamaged, "receipts");
        if (envelopes.empty() || envelopes.back() != *hash) envelopes.push_back(*hash);
    }
    for (const EnvelopeHash& envelope : envelopes) {
        if (CHAPAR_TRY(is_of_closed_ledger(txn, envelope))) continue;
        const bool sent = CHAPAR_TRY(outbox_find(txn, envelope)).has_value();
        CHAPAR_TRY(await_receipts(txn, envelope, sent ? AwaitedKind::Sent : AwaitedKind::Received));
    }
    return Done{};
}

Result<std::vector<AwaitedProof>> awaited_proofs(const storage::ReadTxn& txn, std::size_t limit) {
    std::vector<AwaitedProof> rows;
    const auto cursor = txn.cursor(tables::kAwaitedProofs);
    CHAPAR_TRY(cursor->seek_first());
    while (cursor->at_record() && rows.size() < limit) {
        rows.push_back(CHAPAR_TRY(decode(cursor->key(), cursor->value())));
        CHAPAR_TRY(cursor->next());
    }
    return rows;
}

Status settle_awaited(storage::Txn& txn, const schemas::EntryProof& proof, const ShownHead& head,
                      TimeMs now) {
    const std::vector<AwaitedProof> rows = CHAPAR_TRY(rows_of(txn, proof.index));
    if (rows.empty()) return Done{};
    // A pruned entry comes as its hash alone.
    const Hash leaf = crypto::stored_leaf_hash(proof.leaf);
    const crypto::Checkpoint& tree = head.checkpoint;
    const Status included =
        crypto::check_inclusion(leaf, proof.index.value, tree.size.value, proof.path, tree.root);
    if (!included) {
        CHAPAR_TRY(raise_missing(txn, rows.front(), "gives a proof that does not prove it", now));
        return included;
    }
    for (const AwaitedProof& row : rows) {
        if (row.leaf != leaf) {
            CHAPAR_TRY(raise_missing(txn, row, "shows something else in its place", now));
            return Error(Errc::LeafInvalid, "another entry in its place");
        }
        CHAPAR_TRY(settle_row(txn, row, proof, head));
    }
    return lift_alarm(txn, LedgerAlarmKind::EntryMissing, about(proof.index));
}

Status keep_missing(storage::Txn& txn, EntryIndex index, TimeMs now) {
    const auto rows = CHAPAR_TRY(rows_of(txn, index));
    if (rows.empty()) return Done{};
    return raise_missing(txn, rows.front(), "does not show it", now);
}

Status judge_awaited(storage::Txn& txn, PolicyHeld policy, TimeMs waited, TimeMs now) {
    std::size_t late = 0;
    bool news = false;
    std::optional<AwaitedProof> oldest;
    if (policy == PolicyHeld::Yes) {
        for (AwaitedProof row : CHAPAR_TRY(awaited_proofs(txn, kJudgedAtOnce))) {
            if (row.since == kNotLookedAt) {
                row.since = waited;
                CHAPAR_TRY(put(txn, row));
            }
            if (!is_late(row.since, waited)) continue;
            ++late;
            if (!oldest || row.since < oldest->since) oldest = row;
            if (row.told) continue;
            news = true;
            row.told = true;
            CHAPAR_TRY(put(txn, row));
        }
    }
    if (!oldest) return lift_alarm(txn, LedgerAlarmKind::ReceiptLate);
    // What a person has confirmed is not told again, what came to it is.
    if (!news) return Done{};
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::ReceiptLate;
    alarm.raised = now;
    alarm.sentence = std::string(text_of(Errc::ReceiptLate).sentence) + " This is so for " +
                     std::to_string(late) + (late == 1 ? " entry" : " entries") +
                     ", first for entry " + std::to_string(oldest->index.value) + ", " +
                     subject(oldest->kind) + ". " + std::string(text_of(Errc::ReceiptLate).next);
    return raise_alarm(txn, alarm);
}

Result<WitnessState> witness_state(const storage::ReadTxn& txn, const EnvelopeHash& envelope) {
    WitnessState state;
    bool all = true;
    bool late = false;
    for (const ReceiptEntry& receipt : CHAPAR_TRY(receipts_of(txn, envelope))) {
        state.stage = WitnessStage::Logged;
        if (receipt.witnessed) {
            state.time = std::max(state.time, *receipt.witnessed);
            continue;
        }
        all = false;
        for (const AwaitedProof& row : CHAPAR_TRY(rows_of(txn, receipt.index))) {
            late = late || row.told;
        }
    }
    if (state.stage == WitnessStage::NoReceipt) return state;
    if (all) state.stage = WitnessStage::Witnessed;
    if (late) state.stage = WitnessStage::Late;
    if (!all) state.time = {};
    return state;
}

Result<bool> is_witnessed(const storage::ReadTxn& txn, const EnvelopeHash& envelope,
                          EntryIndex index) {
    const auto stored =
        CHAPAR_TRY(txn.get(tables::kReceipts, numbered_key(envelope.view(), index.value)));
    if (!stored) return false;
    return CHAPAR_TRY(outbox_store::decode_receipt(index, *stored)).witnessed.has_value();
}

}  // namespace chapar::client
