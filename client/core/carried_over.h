// What a ledger that follows another took over of the directory, judged by whoever reads it.
//
// Owns: the hash over the carried records while they come in, compared with what entry 0 says as
// soon as the ledger's own time begins; whether roots of two agencies among them signed it; and,
// for a device that came from the old ledger, the records that it knew there and that must be
// carried. Does not know how records are accepted (directory_ingest.h), nor what a fault means for
// the reader: a device raises an alarm, a mirror believes the entry not. Nothing is done for a
// ledger that follows none. `state`: the reader's table for named values. Errors: the store's.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/directory_replica.h"
#include "crypto/checkpoint.h"
#include "crypto/leaf.h"
#include "crypto/record.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/frames.h"
#include "storage/store.h"

namespace chapar::client {

class CarriedOver {
  public:
    CarriedOver(storage::Txn& txn, const storage::Table& state) : txn_(txn), state_(state) {}

    // Entry 0 of the ledger.
    [[nodiscard]] Status begin(const crypto::SignedRecord& founding);
    // A KEY record that was accepted, at its exact time.
    [[nodiscard]] Status take(const crypto::Leaf& leaf, TimeMs time,
                              const crypto::SignedRecord& record);
    // Before any directory entry is taken: what is wrong with what was carried over, in plain
    // words, once, when `leaf` is the first that is the ledger's own.
    [[nodiscard]] Result<std::vector<std::string>> faults_before(const crypto::Leaf& leaf);

  private:
    [[nodiscard]] Result<std::vector<std::string>> judge(const crypto::SignedRecord& founding);

    storage::Txn& txn_;
    const storage::Table& state_;
};

// Of an entry that is proven to be in the ledger: whether it is of a kind that is never carried
// over, and stands in the first process epoch of a ledger that follows another. No broker of ours
// makes one: whoever never leaves that epoch has what it took over judged by nobody. Raises the
// alarm.
[[nodiscard]] Result<bool> is_misplaced(storage::Txn& txn, LedgerNumber ledger,
                                        const crypto::Leaf& leaf);

// The same of the entries that came as receipt, refusal or event. One that `head` does not prove is
// passed over: whoever reads it refuses it. Nothing is looked at in a ledger that follows none.
[[nodiscard]] Result<bool> any_misplaced(storage::Txn& txn, LedgerNumber ledger,
                                         std::span<const schemas::EntryProof> proofs,
                                         const crypto::Checkpoint& head);

// Before the tables of the old directory are cleared: what its entries below `kept` said and the
// new ledger must show. Kept in the state table of a device.
[[nodiscard]] Status remember_what_must_come(storage::Txn& txn, EntryIndex kept);
// The new ledger shows this record.
[[nodiscard]] Status has_come(storage::Txn& txn, const crypto::SignedRecord& record);
// A sentence about what has not come; empty if all has, and asked a second time.
[[nodiscard]] Result<std::optional<std::string>> what_did_not_come(storage::Txn& txn);

// Revocations and suspensions that stand, wherever they were logged. After the old directory was
// cleared they are put back, as said at entry 0 of the new ledger: what this device has known to be
// revoked is never sealed to again, whether or not the new ledger says so.
class KnownEndings {
  public:
    [[nodiscard]] static Result<KnownEndings> of(const storage::ReadTxn& txn);
    [[nodiscard]] Status put_back(storage::Txn& txn) const;

  private:
    struct Row {
        bool revoked = false;  // else suspended
        Bytes certificate;
        crypto::SignedRecord record;
    };
    [[nodiscard]] static Result<bool> stands(const DirectoryView& directory, const Row& row);
    std::vector<Row> rows_;
};

}  // namespace chapar::client
