// From recorded entries back to the operation that must have caused them.
//
// Owns: that mapping, and the checks of the recorded bytes that need no state but the directory.
// Does not know what the fold will say.
#pragma once

#include "broker/core/operation.h"
#include "broker/core/replay.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"

namespace chapar::broker {

struct OpenedEntry {
    crypto::Leaf leaf;
    crypto::EntryBody body;
    // Exactly of a sealed one that was opened here: the KEY entry of its bucket.
    std::optional<EntryIndex> bucket;
};
// EntryPruned for a tombstone, EntryShredded for a KEY entry without its body; LeafInvalid,
// LedgerKeyMissing, OpenFailed; LedgerDamaged if the leaf does not commit to the body.
[[nodiscard]] Result<OpenedEntry> open_recorded(const RecordedEntry& entry, EntryIndex index,
                                                const RecordedKeys& keys);

// The operation whose first entry is at `at`. LedgerDamaged for an entry that no operation begins
// with; context "stanzas": an envelope whose agencies' entries do not reveal all of its stanzas.
[[nodiscard]] Result<Operation> rebuild(RecordedLedger& entries, EntryIndex at,
                                        const RecordedKeys& keys);

// What ingress checked without state: signatures of the item and of approvals, stanza root,
// auditors, header rules. The errors of those checks, and failures of the store.
[[nodiscard]] Status check_stateless(const storage::ReadTxn& txn, const Operation& operation);

}  // namespace chapar::broker
