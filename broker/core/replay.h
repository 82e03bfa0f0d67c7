// Replay: a recorded ledger, folded again from nothing, every decision taken anew.
//
// Owns: how entries become the operations that must have caused them, the comparison with what was
// recorded, the what-if of one rule, and what is done where the record has gaps. Does not know
// archives or keystores. Takes each decision itself before it looks at the recorded one.
//
// With the centre auditor's key everything is re-taken, leaf by leaf and root by root. Where bodies
// were shredded or messages pruned, their leaves are taken as they stand, decisions that rest on
// them are counted as "not re-takeable", never as differences, and all others are still compared,
// field by field. With an agency's key the public entries are re-taken, and the agency's own
// checked against the facts recorded in them: signatures, certificates in force, the agency's own
// policy at that place.
//
// An envelope that left no entry (duplicate, unknown head, full mailbox) changed nothing and is not
// needed. Payloads are not in a ledger; no decision reads them. Capacities are not applied.
// What the broker's ingress checks without state (signatures, stanza roots, header rules) is
// checked again too, from the entries' own bytes.
//
// Source: design README "Replay"; ledger.md 2.5, 2.9.
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
#include "crypto/body_seal.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

struct RecordedEntry {
    Bytes leaf;  // or the tombstone of one that was pruned
    Bytes body;  // as stored: sealed or clear; empty: not handed out
    // Of a sealed entry without `body`: in the clear, with the salt that its leaf commits it under.
    Bytes opened{};
    crypto::BodySalt salt{};
};

// Where entries come from: an export, or memory. Read mostly in ascending order. Resource type.
class RecordedLedger {
  public:
    RecordedLedger() = default;
    RecordedLedger(const RecordedLedger&) = delete;
    RecordedLedger& operator=(const RecordedLedger&) = delete;
    virtual ~RecordedLedger() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // REQUIRES: index < size().
    [[nodiscard]] virtual Result<RecordedEntry> read(EntryIndex index) = 0;
    // One leaf with each body that is said to be its own; the first is what read() gives.
    [[nodiscard]] virtual Result<std::vector<RecordedEntry>> candidates(EntryIndex index) {
        std::vector<RecordedEntry> out;
        out.push_back(CHAPAR_TRY(read(index)));
        return out;
    }
};

class RecordedSpan final : public RecordedLedger {
  public:
    explicit RecordedSpan(std::span<const RecordedEntry> entries) : entries_(entries) {}
    [[nodiscard]] std::uint64_t size() const override { return entries_.size(); }
    [[nodiscard]] Result<RecordedEntry> read(EntryIndex index) override {
        return entries_[index.value];
    }

  private:
    std::span<const RecordedEntry> entries_;
};

// Whose key opened the record: that decides what can be taken again.
enum class KeyHolder : std::uint8_t { Centre, Agency, Nobody };

// What one pass over the record finds: the secrets that the auditor's key opens from the copies in
// KEY entries, and what was lawfully erased. Resource type.
struct RecordedKeys {
    crypto::LedgerKeys keys;
    std::map<EntryIndex, BucketId> by_entry;  // which key a KEY entry opened, readable or not
    KeyHolder holder = KeyHolder::Centre;
    std::optional<AgencyId> agency;                     // exactly of KeyHolder::Agency
    std::map<BucketId, crypto::LedgerKeyScope> scopes;  // of `by_entry` and `shredded`
    std::map<BucketId, EntryIndex> shredded;            // the SHRED entry that names it
    std::optional<Hash> origin;                         // of the manifest: view tags are made of it
    EntryIndex minimum;                                 // of the newest PRUNE entry
};
// OpenFailed if `auditor` is neither the centre's nor an agency's audit key of this ledger.
[[nodiscard]] Result<RecordedKeys> open_recorded_keys(RecordedLedger& entries,
                                                      const crypto::Secret32& auditor);
// Without a key: tree, order, times and the public entries can be taken again.
[[nodiscard]] Result<RecordedKeys> survey_without_key(RecordedLedger& entries);
[[nodiscard]] Result<RecordedKeys> open_recorded_keys(std::span<const RecordedEntry> entries,
                                                      const crypto::Secret32& auditor);

struct Difference {
    EntryIndex entry;
    std::string operation;  // "submit", "confirm", "record", .. ; "read": it cannot even be rebuilt
    std::string rule;       // which rule or field: "decision", "signature.invalid", "leaf", ..
    std::string expected;   // what the operations give
    std::string found;      // what is recorded
};

struct ChangedDecision {
    EntryIndex entry;  // the first entry of the envelope
    EnvelopeHash envelope;
    Effect recorded = Effect::Permit;
    Effect without = Effect::Permit;
};

// Entries that were taken as they stand, and decisions that rest on them.
struct NotRetaken {
    std::uint64_t shredded = 0;          // bodies
    std::uint64_t pruned = 0;            // leaves and bodies
    std::uint64_t foreign = 0;           // other agencies' (an agency's key)
    std::uint64_t dependent = 0;         // readable, but the decision rests on one of those
    std::vector<bool> entries;           // by index: whether it is one of all these
    std::vector<EntryIndex> dependents;  // the first kListed
    static constexpr std::size_t kListed = 1000;
};

struct ReplayReport {
    std::uint64_t entries = 0;     // recorded, as far as asked for
    std::uint64_t operations = 0;  // folded
    std::uint64_t decisions = 0;   // on submitted envelopes
    std::uint64_t facts = 0;       // own entries checked against what they record
    NotRetaken not_retaken;
    TreeSize size;                        // of the replayed ledger
    Hash root;                            // of the replayed ledger
    Hash recorded_root;                   // of the recorded leaves
    std::vector<Difference> differences;  // the first kDifferences
    std::uint64_t differences_total = 0;
    std::vector<ChangedDecision> changed;  // what-if only; state goes on by the recorded rules
    [[nodiscard]] bool equal() const { return differences_total == 0 && root == recorded_root; }
    static constexpr std::size_t kDifferences = 1000;
};

struct ReplayOptions {
    std::optional<RuleName> without;
    std::optional<std::uint64_t> until_size;  // entries below it only
    std::optional<TimeMs> until_time;         // entries up to this time only
};

// Folds into `store`, which must be empty and opened with store_tables(); what it then holds is the
// state at that moment. After an entry that does not line up any more (the fold made another number
// of entries) it stops there. Errors: failures of the store and of `entries`.
[[nodiscard]] Result<ReplayReport> replay(storage::Store& store, RecordedLedger& entries,
                                          const RecordedKeys& keys, NonceSource& nonces,
                                          const ReplayOptions& options = {});
[[nodiscard]] Result<ReplayReport> replay(storage::Store& store,
                                          std::span<const RecordedEntry> entries,
                                          const RecordedKeys& keys, NonceSource& nonces,
                                          const std::optional<RuleName>& without = {});

}  // namespace chapar::broker
