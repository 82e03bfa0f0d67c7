#include "crypto/verify/retention_rules.h"

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint8_t kBucketPurpose = 1;

// Days since 1970-01-01 of a civil date (proleptic Gregorian).
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto of_era = static_cast<unsigned>(year - era * 400);
    const unsigned of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

// Whether leaves up to this second are older; times never run backward.
bool is_older(std::uint64_t leaf_time, std::uint64_t before) {
    return before >= kOneSecond && leaf_time <= before - kOneSecond;
}

}  // namespace

std::uint8_t retention_class(std::uint64_t created_ms, std::uint64_t retain_until_ms) {
    const std::uint64_t kept = retain_until_ms > created_ms ? retain_until_ms - created_ms : 0;
    std::uint8_t out = 1;
    for (const std::uint64_t days : {92U, 366U, 1827U}) {
        if (kept <= days * kOneDay) return out;
        ++out;
    }
    return out;
}

std::uint32_t month_of(std::uint64_t time_ms) {
    const auto days = static_cast<std::int64_t>(time_ms / kOneDay);
    // Civil date from days, the inverse of days_of.
    const std::int64_t z = days + 719'468;
    const std::int64_t era = z / 146'097;
    const auto doe = static_cast<unsigned>(z - era * 146'097);
    const unsigned yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
    const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const unsigned mp = (5 * doy + 2) / 153;
    const unsigned month = mp < 10 ? mp + 3 : mp - 9;
    const auto year = static_cast<std::uint32_t>(yoe + era * 400 + (month <= 2 ? 1 : 0));
    return year * 100 + month;
}

bool is_month(std::uint32_t yyyymm) {
    return yyyymm >= 197'001 && yyyymm <= 999'912 && yyyymm % 100 >= 1 && yyyymm % 100 <= 12;
}

std::uint64_t end_of_month(std::uint32_t yyyymm) {
    const std::uint32_t month = yyyymm % 100, year = yyyymm / 100;
    const std::int64_t days = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
    return static_cast<std::uint64_t>(days) * kOneDay;
}

std::optional<Bucket> Bucket::read(Reader& in) {
    Bucket out;
    out.sender = in.name();
    out.recipient = in.name();
    out.retention = static_cast<std::uint8_t>(in.number(1));
    out.month = static_cast<std::uint32_t>(in.number(4));
    const bool of_a_class = out.retention >= 1 && out.retention <= kLongestClass;
    if (!in.ok() || !of_a_class || !is_month(out.month)) return std::nullopt;
    return out;
}

Bytes Bucket::scope() const {
    Bytes out{1, kBucketPurpose};
    for (const std::string& agency : {sender, recipient}) {
        out.push_back(static_cast<std::uint8_t>(agency.size()));
        out.insert(out.end(), agency.begin(), agency.end());
    }
    out.push_back(retention);
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(month >> shift));
    }
    return out;
}

Hash Bucket::name() const { return labelled_hash("ledger-key", scope()); }

std::uint64_t shreddable_from(const Bucket& bucket) {
    return end_of_month(bucket.month) + kShredAfter;
}

bool may_target(const Hold& hold) { return !hold.bucket || hold.bucket->is_party(hold.agency); }

HoldReach reach_of(const Hold& hold, const Bucket& bucket, const ShredPlace& place) {
    if (hold.bucket) return *hold.bucket == bucket ? HoldReach::Forbids : HoldReach::Apart;
    const bool may_lie_in =
        bucket.is_party(hold.agency) && place.opened < hold.to && hold.from < place.next;
    if (!may_lie_in) return HoldReach::Apart;
    return hold.from < place.minimum ? HoldReach::Forbids : HoldReach::ByMonth;
}

bool reaches_month(std::optional<std::uint32_t> first, const Bucket& bucket) {
    return first.has_value() && *first <= bucket.month;
}

bool forbids_prune(const Hold& hold, std::optional<std::uint64_t> opened, std::uint64_t minimum,
                   std::uint64_t end) {
    if (hold.bucket) return opened.has_value() && *opened < end;
    return hold.from < end && minimum < hold.to;
}

std::string_view prune_objection(std::uint64_t end, std::uint64_t before, const PrunePlace& place) {
    // Subtracted, for a sum could wrap.
    if (end % kPruneUnit != 0 || end <= place.minimum || end > place.next ||
        place.now_ms < kPruneAfter || before > place.now_ms - kPruneAfter) {
        return "it prunes what may not be pruned yet";
    }
    if (place.youngest && !is_older(*place.youngest, before)) {
        return "it prunes entries younger than it says they are";
    }
    return {};
}

}  // namespace verify
