// chapard repair: puts back, from an export, the entries that a set-back ledger has lost.
//
// Owns: what the known notes ask for, the proof that the export's entries lead from this store to
// them, and the folding of those entries into the store. Does not know who wrote the export: its
// entries count because they lead to notes under our own log key, and the state because our own
// fold makes it again and gives every leaf as it was. Signs nothing. Runs while chapard does not.
//
// In this order: every known note that this ledger reaches must be its own; leaves from the export,
// on top of this tree, must give the root of every note up to the largest that the export reaches;
// the ledger keys of the missing entries must be here. Only then anything is written: operations
// are rebuilt (replay_rebuild.h), folded, compared leaf by leaf, 256 to a commit; cut short, it
// goes on where it stopped. Payloads are in no ledger: envelopes that still wait are marked
// (lost_payload.h), withheld at the next start, and sealed again by their senders.
//
// Source: design ledger.md 2.8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "broker/edge/config.h"
#include "broker/edge/ledger_key_file.h"
#include "broker/edge/node_keys.h"
#include "broker/repair_notes.h"
#include "broker/repair_source.h"
#include "storage/store.h"

namespace chapar::broker {

struct RepairParts {
    const NodeKeys& node;
    LedgerKeyFile& ledger_keys;
    storage::Store& store;
    ExportSource& source;
    const std::vector<KnownNote>& notes;
    // Secrets of an auditor, for keys that ledger.keys does not hold; may be empty. Taken only if
    // the missing entries show that they are right.
    std::vector<NewLedgerKey> more_keys;
    std::string view;  // where they are from, for the operator
    crypto::Random& random;
};

struct RepairReport {
    TreeSize before;
    TreeSize after;
    KnownNote asked;               // the largest note
    std::uint64_t operations = 0;  // folded
    std::uint64_t envelopes = 0;   // of those: accepted, so without their payload now
    // Offered, but no missing entry was made with them: not taken over.
    std::vector<crypto::LedgerKeyScope> untried{};
    [[nodiscard]] bool complete() const { return after >= asked.head.size; }
};

// Errors: ForkDetected (a note of this origin that this store contradicts: it went another way),
// ExportIncomplete (a body is not in the export), LeafInvalid (the export's entries do not lead to
// a note), LedgerKeyMissing (context: which, or the view that offers a wrong one; nothing was
// written), EntryShredded, EntryPruned (what
// was erased cannot be folded again), LedgerDamaged (the fold gives another leaf; the entries
// before it are committed and right), WrongHome (another ledger's export), and the store's.
[[nodiscard]] Result<RepairReport> repair_ledger(RepairParts parts);

// The program: `chapard repair --dir DIR --from EXPORT [--from SEGMENT].. [--note FILE]..
// [--view FILE]`. Its exit code.
[[nodiscard]] int repair_main(int argc, char** argv);

}  // namespace chapar::broker
