#include "broker/core/carried.h"

#include "broker/core/ledger_read.h"
#include "crypto/entry_body.h"
#include "crypto/succession.h"

namespace chapar::broker {
namespace {

using crypto::CarriedRecords;
using crypto::LeafKind;

// The signed record of a clear entry, with its exact time.
struct LoggedRecord {
    crypto::SignedRecord record;
    TimeMs time;
};

Result<LoggedRecord> record_of(const storage::ReadTxn& txn, LeafKind kind, EntryIndex index) {
    const ByteView stored = CHAPAR_TRY(stored_body(txn, index));
    const auto body = CHAPAR_TRY(crypto::EntryBody::decode(kind, stored));
    if (!body.record) return Error(Errc::LedgerDamaged, "record");
    return LoggedRecord{CHAPAR_TRY(crypto::SignedRecord::decode(*body.record)), body.time};
}

Result<bool> opens_ledger_key(const storage::ReadTxn& txn, EntryIndex index) {
    const ByteView stored = CHAPAR_TRY(stored_body(txn, index));
    const auto body = CHAPAR_TRY(crypto::EntryBody::decode(LeafKind::Key, stored));
    return body.event == crypto::event_number(crypto::KeyEvent::Opened);
}

}  // namespace

Result<Hash> carried_records(const storage::ReadTxn& txn, EntryIndex end) {
    CarriedRecords carried;
    for (EntryIndex index(1); index < end; index = index.next()) {
        const auto leaf = read_leaf(txn, index);
        if (!leaf && is_gone(leaf.error().code)) continue;
        if (!leaf) return leaf.error();
        if (leaf->epoch > CarriedRecords::kEpoch) break;
        if (leaf->kind != LeafKind::Key || CHAPAR_TRY(opens_ledger_key(txn, index))) continue;
        const auto logged = CHAPAR_TRY(record_of(txn, LeafKind::Key, index));
        carried.add(logged.time, logged.record.hash());
    }
    return carried.hash();
}

Status check_carried(const storage::ReadTxn& txn, const Centre& centre, const Moment& moment) {
    if (centre.ledger == crypto::kFirstLedger || moment.epoch != CarriedRecords::kEpoch) {
        return Done{};
    }
    const auto founding = CHAPAR_TRY(record_of(txn, LeafKind::Admin, EntryIndex(0)));
    const auto succession = CHAPAR_TRY(crypto::SuccessionRecord::decode(founding.record.body));
    if (CHAPAR_TRY(carried_records(txn, moment.next)) != succession.carried) {
        return Error(Errc::SuccessionInvalid,
                     "the directory carried over is not the one that was signed");
    }
    // As leaves bear it. An entry of the ledger's own from before it was begun would fail it for
    // ever in every verifier's eyes.
    if (moment.time.value / kSecond.value < succession.made.value / kSecond.value) {
        return Error(Errc::SuccessionInvalid,
                     "the clock is before the succession was drafted: set it, and start again");
    }
    return Done{};
}

}  // namespace chapar::broker
