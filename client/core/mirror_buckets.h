// Which buckets a mirror knows, and what of each is due: what an auditor or registrar shreds by.
//
// Owns: the table of entries counted by bucket, and the list, in ledger order, page by page. Does
// not know what the entries say, nor who may shred (the fold decides; crypto/retention_rules.h says
// by which rules). A count is of the entries that were viewed (mirror_view.h) and whose bucket can
// be their own; entries that were pruned are in it if they were viewed before.
//
// Errors: StoreDamaged, failures of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/retention_rules.h"
#include "storage/store.h"

namespace chapar::client {

// One entry more of the bucket that this KEY entry opened.
[[nodiscard]] Status count_in_bucket(storage::Txn& txn, EntryIndex key_entry);

struct BucketRow {
    crypto::Bucket bucket;
    EntryIndex opened;                    // its KEY entry
    std::optional<std::uint64_t> viewed;  // entries; empty: not this reader's to count
    TimeMs shreddable;                    // not to be shredded before
    std::optional<TimeMs> due;            // nobody may keep it from then on; empty: never by itself
    std::optional<EntryIndex> shredded;   // its SHRED entry
    std::vector<crypto::HoldRecord> holds;  // in force, that forbid to shred it
    [[nodiscard]] bool is_due(TimeMs now) const { return !shredded && due && now >= *due; }
};

enum class BucketChoice : std::uint8_t { Due, All };
struct BucketQuery {
    BucketChoice choice = BucketChoice::Due;
    TimeMs now;
    std::optional<EntryIndex> after;  // opened above this entry
    std::size_t limit = 50;
};
struct BucketPage {
    std::vector<BucketRow> rows;
    std::optional<EntryIndex> after;  // there is more
};
// Of the buckets that judge_some() took: an agency's reader sees those of its agency, every other
// reader all.
[[nodiscard]] Result<BucketPage> list_buckets(const storage::ReadTxn& txn,
                                              const BucketQuery& query);

}  // namespace chapar::client
