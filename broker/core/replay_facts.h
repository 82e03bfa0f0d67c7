// An agency's own entry, checked against the facts recorded in it.
//
// Owns: what can be said of a message entry without the other agency's policies and entries:
// signatures; that certificates were in force; that the agency's own policy, as it stood at that
// place, gives the lines that are recorded for it. Does not know the fold's state but the directory
// and the agency's policies. Source: design README "Replay".
#pragma once

#include <functional>
#include <vector>

#include "broker/core/replay.h"
#include "broker/core/replay_rebuild.h"

namespace chapar::broker {

struct OwnEntry {
    EntryIndex index;
    const OpenedEntry& entry;
    // Of the ACCEPTED entry that an event is about; null where it cannot be read.
    const OpenedEntry* accepted = nullptr;
    // Kind of the entry that EXPIRED names as its cause; empty where it is no entry.
    std::optional<crypto::LeafKind> cause;
    // Of the key that its body is sealed with.
    std::optional<crypto::LedgerKeyScope> bucket;
};
// All that does not hold. REQUIRES: `entry` is a message's. Errors: failures of the store.
[[nodiscard]] Result<std::vector<Difference>> check_facts(const storage::ReadTxn& txn,
                                                          const AgencyId& agency,
                                                          const OwnEntry& own);

}  // namespace chapar::broker
