// What forbids to shred or prune: the rules that are the same for the fold, a mirror and whoever
// drafts a record.
//
// Owns: the times and numbers in these rules, and each as a pure predicate on what the ledger holds
// at that place. Does not know how that is found, nor who must sign (retention.h). The verifier
// restates them from the specification (crypto/verify/retention_rules.h); a test holds both against
// each other. Times are UTC ms. Source: crypto/records.md, "Erasing"; ledger.md
// 2.9.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/retention.h"

namespace chapar::crypto {

// An envelope lives at most 30 days, its last events are due 7 days later; one more for clocks.
inline constexpr DurationMs kShredAfter{38 * kDay.value};
inline constexpr DurationMs kPruneAfter{365 * kDay.value};
inline constexpr std::uint64_t kPruneUnit = 256;  // whole tiles

// The first moment at which a SHRED of this bucket may be logged.
[[nodiscard]] TimeMs shreddable_from(const Bucket& bucket);
// From when on nobody may keep what stands in it. Empty: no end is known.
[[nodiscard]] std::optional<TimeMs> due_at(const Bucket& bucket);
// Whether the agency is one of the bucket's two.
[[nodiscard]] bool is_party(const AgencyId& agency, const Bucket& bucket);
// Whether a hold may have this target: a bucket of one's own, or any range.
[[nodiscard]] bool may_target(const AgencyId& agency, const HoldTarget& target);

// The ledger where a SHRED would be logged.
struct ShredPlace {
    EntryIndex opened;   // the KEY entry of the bucket
    EntryIndex minimum;  // what lies below may be gone
    EntryIndex next;     // the SHRED entry
};
// A range holds what lies in it: a bucket of its agency that can have an entry there. By month:
// entries of a bucket are of its month, and times never run backward.
enum class HoldReach : std::uint8_t {
    Apart,    // it does not forbid
    Forbids,  // it does
    ByMonth   // it does if reaches_month() says so
};
[[nodiscard]] HoldReach reach_of(const HoldRecord& hold, const Bucket& bucket,
                                 const ShredPlace& place);
// `first`: the month of the first leaf that is left at or above the range's `from` and below the
// SHRED entry; empty if there is none.
[[nodiscard]] bool reaches_month(const std::optional<YearMonth>& first, const Bucket& bucket);

// Whoever sets it, whatever it is on. `opened`: the KEY entry of its bucket, if it is on one that
// was opened.
[[nodiscard]] bool forbids_prune(const HoldRecord& hold, const std::optional<EntryIndex>& opened,
                                 EntryIndex minimum, EntryIndex end);

// The ledger where a PRUNE would be logged.
struct PrunePlace {
    EntryIndex minimum;
    EntryIndex next;  // the PRUNE entry
    TimeMs now;
    std::optional<TimeMs> youngest;  // the newest leaf that is left below the record's end
};
// Why the range may not be pruned; empty if it may.
[[nodiscard]] std::string_view prune_objection(const PruneRecord& record, const PrunePlace& place);

}  // namespace chapar::crypto
