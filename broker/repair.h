// chapard repair: puts back, from exports and from what devices hand over, the entries that a
// set-back ledger has lost.
//
// Owns: what the known notes ask for, the proof that the sources' entries lead from this store to
// them, and the folding of those entries into the store. Does not know who wrote a source: its
// entries count because they lead to notes under our own log key, and the state because our own
// fold makes it again and gives every leaf as it was. Signs nothing. Runs while chapard does not.
//
// In this order: every known note that this ledger reaches must be its own; leaves of the sources,
// on top of this tree, must give the root of every note up to the largest below the first entry
// that nobody has whole; the ledger keys of the missing entries must be here. Only then anything is
// written: operations are rebuilt (replay_rebuild.h), folded, compared leaf by leaf, 256 to a
// commit; cut short, it goes on where it stopped. Payloads are in no ledger: a sender's device may
// hand over its own; other envelopes that still wait are marked (lost_payload.h), withheld at the
// next start, and sealed again by their senders.
//
// Source: design ledger.md 2.8.
#pragma once

#include <cstdint>
#include <vector>

#include "broker/edge/node_keys.h"
#include "broker/repair_contributions.h"
#include "broker/repair_gather.h"
#include "broker/repair_notes.h"
#include "broker/repair_source.h"
#include "storage/store.h"

namespace chapar::broker {

struct RepairParts {
    const NodeKeys& node;
    storage::Store& store;
    RepairSource& source;
    const Contributions& given;
    const std::vector<KnownNote>& notes;  // by size; at least one
    KeySources keys;
    crypto::Random& random;
};

struct RepairReport {
    TreeSize before;
    TreeSize after;
    KnownNote asked;               // the largest note
    std::uint64_t operations = 0;  // folded
    std::uint64_t envelopes = 0;   // of those: accepted, and without their payload now
    std::uint64_t payloads = 0;    // of those: accepted, and their sender gave its payload
    RepairSource::Gap gap;         // what ends the sources
    std::vector<crypto::LedgerKeyScope> untried{};  // keys that were left out (LeaveUntried)
    [[nodiscard]] bool complete() const { return after >= asked.head.size; }
};

// Errors: ForkDetected (a note of this origin that this store contradicts: it went another way),
// LeafInvalid (the sources' entries do not lead to a note), LedgerKeyMissing (repair_gather.h;
// nothing was written), LedgerDamaged (the fold gives another leaf; the entries before it are
// committed and right), WrongHome (another ledger's export), those of the sources and the store.
[[nodiscard]] Result<RepairReport> repair_ledger(RepairParts parts);

// The program: `chapard repair --dir DIR [--from EXPORT].. [--receipts FILE].. [--note FILE]..
// [--audit-key KEYSTORE [--passphrase-fd N]] [--view FILE] [--leave-untried]`. Its exit code.
[[nodiscard]] int repair_main(int argc, char** argv);

}  // namespace chapar::broker
