// Replay: a recorded ledger, folded again from nothing, every decision taken anew.
//
// Owns: how entries become the operations that must have caused them, the comparison with what was
// recorded, and the what-if of one rule. Does not know archives or keystores. Takes each decision
// itself before it looks at the recorded one: an entry enters the comparison only after the fold
// has produced its own.
//
// An envelope that left no entry (duplicate, unknown head, full mailbox) changed nothing and is not
// needed. Payloads are not in a ledger; no decision reads them. Capacities are not applied.
// What the broker's ingress checks without state (signatures, stanza roots, header rules) is
// checked again too, from the entries' own bytes.
//
// Source: design README "Replay"; ledger.md 2.5.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/core/frontier.h"
#include "broker/core/ledger_append.h"
#include "broker/core/policy.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

struct RecordedEntry {
    Bytes leaf;
    Bytes body;  // as stored: sealed or clear
};

// The secrets of a ledger, opened from the copies in its KEY entries. Resource type.
struct RecordedKeys {
    crypto::LedgerKeys keys;
    std::map<EntryIndex, BucketId> by_entry;  // which key a KEY entry opened
};
// OpenFailed if `auditor` is not the key that the copies were sealed to.
[[nodiscard]] Result<RecordedKeys> open_recorded_keys(std::span<const RecordedEntry> entries,
                                                      const crypto::Secret32& auditor);

struct Difference {
    EntryIndex entry;
    std::string what;  // "leaf", "body.commit", "signature.invalid", ..
};

struct ChangedDecision {
    EntryIndex entry;  // the first entry of the envelope
    EnvelopeHash envelope;
    Effect recorded = Effect::Permit;
    Effect without = Effect::Permit;
};

struct ReplayReport {
    std::uint64_t entries = 0;     // recorded
    std::uint64_t operations = 0;  // folded
    std::uint64_t decisions = 0;   // on submitted envelopes
    TreeSize size;                 // of the replayed ledger
    Hash root;                     // of the replayed ledger
    Hash recorded_root;            // of the recorded leaves
    std::vector<Difference> differences;
    std::vector<ChangedDecision> changed;  // what-if only; state goes on by the recorded rules
    [[nodiscard]] bool equal() const { return differences.empty() && root == recorded_root; }
};

// Folds into `store`, which must be empty and opened with store_tables(). After an entry that does
// not line up any more (the fold made another number of entries) it stops there. Errors: failures
// of the store.
[[nodiscard]] Result<ReplayReport> replay(storage::Store& store,
                                          std::span<const RecordedEntry> entries,
                                          const RecordedKeys& keys, NonceSource& nonces,
                                          const std::optional<RuleName>& without = {});

}  // namespace chapar::broker
