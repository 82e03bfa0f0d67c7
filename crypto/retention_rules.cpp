#include "crypto/retention_rules.h"

namespace chapar::crypto {

TimeMs shreddable_from(const Bucket& bucket) { return end_of(bucket.month) + kShredAfter; }

std::optional<TimeMs> due_at(const Bucket& bucket) {
    const auto longest = longest_of(bucket.retention);
    if (!longest) return std::nullopt;
    return end_of(bucket.month) + *longest;
}

bool is_party(const AgencyId& agency, const Bucket& bucket) {
    return agency == bucket.sender || agency == bucket.recipient;
}

bool may_target(const AgencyId& agency, const HoldTarget& target) {
    const auto* bucket = std::get_if<Bucket>(&target);
    return bucket == nullptr || is_party(agency, *bucket);
}

HoldReach reach_of(const HoldRecord& hold, const Bucket& bucket, const ShredPlace& place) {
    if (const auto* held = std::get_if<Bucket>(&hold.target)) {
        return *held == bucket ? HoldReach::Forbids : HoldReach::Apart;
    }
    const auto& range = std::get<EntryRange>(hold.target);
    // Else one agency could keep all others from shredding what is theirs.
    if (!is_party(hold.agency, bucket)) return HoldReach::Apart;
    if (range.to <= place.opened || range.from >= place.next) return HoldReach::Apart;
    // What was pruned is taken as old enough: its leaf may be gone or not.
    return range.from < place.minimum ? HoldReach::Forbids : HoldReach::ByMonth;
}

bool reaches_month(const std::optional<YearMonth>& first, const Bucket& bucket) {
    return first && *first <= bucket.month;
}

bool forbids_prune(const HoldRecord& hold, const std::optional<EntryIndex>& opened,
                   EntryIndex minimum, EntryIndex end) {
    if (std::holds_alternative<Bucket>(hold.target)) return opened && *opened < end;
    const auto& range = std::get<EntryRange>(hold.target);
    return range.from < end && range.to > minimum;
}

std::string_view prune_objection(const PruneRecord& record, const PrunePlace& place) {
    if (record.end.value % kPruneUnit != 0) return "end is no multiple of 256";
    if (record.end <= place.minimum) return "pruned before";
    if (record.end > place.next) return "end beyond the ledger";
    // The first comparison keeps the sum from overflowing.
    if (record.before > place.now || record.before + kPruneAfter > place.now) {
        return "not a year old";
    }
    // Times never run backward, and a leaf tells its second only.
    if (place.youngest && *place.youngest + kSecond > record.before) return "an entry is younger";
    return {};
}

}  // namespace chapar::crypto
