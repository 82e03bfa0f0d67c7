// The directory of a ledger that is closed, in the ledger that follows it.
//
// Owns: the carrying over of every record of the old ledger's entries (agencies, registrars,
// offices, devices, peers, revocations, suspensions, bundles, policies), in their order and at
// their times, through the ordinary fold. Nothing is invented: a record counts by its signatures,
// and what the fold refuses is told, and so are holds in force, which bind the old ledger only. It
// is rehearsed in memory: before the draft, which names the hash of what is carried, and before the
// old ledger is closed. Does not know who must sign the succession (succession.h).
//
// The entries that are carried over bear the times of the old ledger and the clock flag *held*,
// because a record is judged at the time at which it was logged; the first EPOCH of chapard itself
// is the first entry of the new ledger's own time.
// Errors: those of the two stores and of the key file. Source: design ledger.md 2.8.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "broker/edge/node_keys.h"
#include "broker/edge/tick.h"
#include "broker/repair_notes.h"
#include "crypto/ledger_keys.h"
#include "crypto/record.h"
#include "storage/store.h"

namespace chapar::broker {

struct OldLedger {
    const NodeKeys& node;
    storage::Store& store;
    const crypto::LedgerKeys& keys;
    const std::vector<KnownNote>& notes;  // by size
};

struct CarriedOver {
    std::uint64_t records = 0;
    Hash carried;                      // crypto::CarriedRecords of the new ledger
    std::vector<std::string> refused;  // "entry 17 (policy): code context"; holds in force
    Hash nonce;                        // of the EPOCH under which they stand
};
// Founds the new ledger with `founding` as entry 0 and carries the directory over. REQUIRES: the
// tick's store is `fresh`, and empty; the record passed check_succession().
[[nodiscard]] Result<CarriedOver> carry_over(const OldLedger& old, storage::Store& fresh,
                                             Tick& tick, const crypto::SignedRecord& founding,
                                             crypto::Random& random);
// The same in memory, under a key that signs nothing else; its ledger keys in `folder`, which goes
// again. Without `founding`, under the old ledger's own: before there is a signed succession.
[[nodiscard]] Result<CarriedOver> rehearse_carrying(const OldLedger& old,
                                                    const std::filesystem::path& folder,
                                                    const crypto::SignedRecord* founding,
                                                    crypto::Random& random);

// The record that this entry carries.
[[nodiscard]] Result<crypto::SignedRecord> record_of_entry(const OldLedger& old, EntryIndex index);

}  // namespace chapar::broker
