// What ended or kept bodies of the ledger: SHRED, HOLD, PRUNE and OVERRIDE entries, and the keys of
// the ledger as far as these name them.
//
// Judges each by who must have signed it and by the rules that can be seen from the ledger: a
// bucket is shredded once, not before its time, not under a hold; holds are numbered and not too
// many; what is pruned ends at a multiple of 256, is not under a hold and a year old, as far as the
// leaves that are left show its age. The predicates are in retention_rules.h; what they ask of the
// past is remembered as it passes: a row a month, and one for 256 entries. Does not know bodies of
// envelopes. Source: crypto/records.md, "Signed records" 12 to 15.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/directory.h"
#include "crypto/verify/retention_rules.h"

namespace verify {

enum class KeyPurpose : std::uint8_t { Bucket = 1, Tag = 2, Pad = 3 };

// The public part of a KEY record.
struct KeyScope {
    KeyPurpose purpose{};
    std::string first, second;
    std::uint8_t retention = 0;  // class of a bucket
    std::uint32_t month = 0;     // decimal yyyymm
    Bytes bytes;                 // as they stand
    Hash name{};                 // TH("ledger-key", bytes)
};
// Reads the scope at the head of a KEY record.
std::optional<KeyScope> read_key_scope(Reader& in);

class Retention {
  public:
    // Every entry in its order, before what it records; `leaf_time_ms` is empty for a tombstone.
    void pass(std::uint64_t index, std::optional<std::uint64_t> leaf_time_ms);
    // A KEY entry that opened a ledger key.
    bool open_key(const Bytes& record, std::uint64_t index, std::string& why);
    // A SHRED, HOLD or PRUNE entry, or an ADMIN entry with an override.
    bool accept(EntryKind kind, const Record& record, const Directory& directory, Place place,
                std::string& why);

    // Entries below it may be tombstones.
    std::uint64_t pruned_below() const { return minimum_; }
    // One PRUNE entry that is allowed.
    struct Pruning {
        std::uint64_t entry = 0, end = 0;
        Hash archive{};          // SHA-256 of the file that holds what went
        bool age_shown = false;  // by the leaves that are left, not by the record alone
    };
    const std::vector<Pruning>& prunings() const { return prunings_; }
    // The SHRED entry of the bucket that this KEY entry opened; empty if there is none.
    std::optional<std::uint64_t> shred_entry(std::uint64_t key_entry) const;
    bool shredded(std::uint64_t key_entry) const { return shred_entry(key_entry).has_value(); }
    std::size_t shreds() const { return shredded_.size(); }
    std::size_t holds() const { return holds_; }
    std::size_t overrides() const { return overrides_; }

  private:
    // Whole leaves on both sides of a multiple of 256: what is left to tell ages by.
    struct Boundary {
        std::optional<std::uint64_t> below;  // time of the last below it
        std::optional<std::uint64_t> from;   // time of the first that is not
        bool exact = false;                  // the entry just below it is whole
    };
    // The leaves of one month that are left.
    struct Month {
        std::uint32_t month = 0;
        std::uint64_t last = 0;
    };
    bool shred(const Record& record, const Directory& directory, Place place, std::string& why);
    bool hold(const Record& record, const Directory& directory, Place place, std::string& why);
    bool prune(const Record& record, const Directory& directory, Place place, std::string& why);
    bool forbids(const Hold& hold, const Bucket& bucket, const ShredPlace& place) const;
    bool may_set(const Hold& hold, std::string& why) const;
    // Whether the leaves that are left show the age of what lies below `end`.
    bool is_shown(std::uint64_t end, std::uint64_t before) const;
    std::optional<std::uint32_t> month_from(std::uint64_t index) const;
    bool override_stop(const Record& record, const Directory& directory, Place place,
                       std::string& why);

    std::map<Hash, std::uint64_t> keys_;      // its KEY entry
    std::map<std::uint64_t, Hash> names_;     // by KEY entry
    std::map<Hash, std::uint64_t> shredded_;  // its SHRED entry
    std::vector<Boundary> boundaries_;        // number i is that of entry 256 * i
    std::vector<Month> months_;
    std::optional<std::uint64_t> newest_leaf_;
    std::size_t unseen_ = 0;  // boundaries from here on have no whole leaf behind them
    std::vector<Pruning> prunings_;
    std::map<std::string, std::uint64_t> last_hold_;
    std::map<std::pair<std::string, std::uint64_t>, Hold> in_force_;
    std::uint64_t minimum_ = 0;
    std::size_t holds_ = 0, overrides_ = 0;
};

}  // namespace verify
