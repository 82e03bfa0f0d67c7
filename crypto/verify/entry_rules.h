// The rules over one entry after the other: index, time, kinds, epochs, the chain of directory
// entries, clear bodies, and the records in them.
//
// Owns: the directory and the retention state that they build up. Does not know archives, nor how
// entries are hashed. Sealed bodies are left to agency.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/directory.h"
#include "crypto/verify/named_heads.h"
#include "crypto/verify/retention.h"
#include "crypto/verify/verdict.h"

namespace verify {

class EntryRules {
  public:
    // Begins at entry `start`. What came before a start above 0 is not known: the first leaf is
    // then believed for time, epoch and chain, and records are not judged.
    void begin(const std::optional<Manifest>& manifest, std::uint64_t start);
    // `body` as stored. Leaves that are none, and tombstones, come with no leaf.
    void take(std::uint64_t index, const std::optional<Leaf>& leaf, bool tombstone,
              const Bytes& body);
    void finish();

    const Directory* directory() const { return directory_ ? &*directory_ : nullptr; }
    const Retention& retention() const { return retention_; }
    // That overrides name: the caller compares them with the tree.
    NamedHeads& named_heads() { return overridden_; }
    // Of the newest entry: as exact as the ledger shows it.
    std::uint64_t time_ms() const { return exact_time_; }
    std::uint64_t tombstones() const { return tombstones_; }
    std::vector<Verdict> verdicts() const;
    // Empty unless entry 0 says that this ledger follows another.
    std::optional<SuccessionOf> succession() const;
    bool records_judged() const { return start_ == 0; }
    // Whether all that was carried over is here: chapard itself has started since.
    bool carried_whole() const { return epoch_ > kCarriedEpoch; }

  private:
    void check_leaf(const Leaf& leaf, std::uint64_t index);
    void check_body(const Leaf& leaf, const Bytes& body);
    void check_record(const Leaf& leaf, const BodyRecords& records);
    void check_event(const Leaf& leaf, const BodyRecords& records);
    void name_overridden(const Record& record, std::uint64_t index);
    void check_own_time(const Leaf& leaf);
    void finish_succession();

    static constexpr std::uint32_t kCarriedEpoch = 1;

    std::optional<Directory> directory_;
    Retention retention_;
    NamedHeads overridden_{"override.heads"};
    std::uint64_t start_ = 0, time_ = 0, exact_time_ = 0, last_directory_ = 0, sealed_ = 0,
                  clear_ = 0, tombstones_ = 0, tombstone_end_ = 0, steps_ = 0;
    std::uint32_t epoch_ = 0;
    bool believe_next_ = false;

    Judge index_{"entry.index"}, order_{"entry.time"}, chain_{"entry.last_dir"},
        kind_{"entry.kind"}, epochs_{"epoch.order"}, commit_{"body.commit"},
        signed_{"directory.signatures"}, kept_{"retention"}, succession_{"succession"};
};

}  // namespace verify
