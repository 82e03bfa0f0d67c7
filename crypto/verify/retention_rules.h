// What forbids to shred or prune, as pure predicates on what the ledger holds at that place; and
// the calendar that buckets go by.
//
// A second reading of the specification: crypto/retention_rules.h has the broker's and the
// client's, and a test asks both the same questions. Does not know who must sign, nor how the
// ledger is read (retention.h). Times are UTC ms.
// Source: crypto/records.md, "Signed records" 12 to 14 and "Erasing".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/verify/bytes.h"

namespace verify {

constexpr std::uint64_t kOneDay = 86'400'000, kOneSecond = 1000;
constexpr std::uint64_t kShredAfter = 38 * kOneDay, kPruneAfter = 365 * kOneDay;
constexpr std::uint64_t kPruneUnit = 256;
constexpr std::size_t kHoldsPerAgency = 256;  // in force

// How long an envelope's readers may keep it, by its header: 1 up to 92 days, 2 up to 366, 3 up to
// 1,827, 4 longer, or no envelope.
constexpr std::uint8_t kLongestClass = 4;
std::uint8_t retention_class(std::uint64_t created_ms, std::uint64_t retain_until_ms);

// Decimal yyyymm, UTC.
std::uint32_t month_of(std::uint64_t time_ms);
bool is_month(std::uint32_t yyyymm);
// The first moment after it.
std::uint64_t end_of_month(std::uint32_t yyyymm);

// The entries of one month about what one agency sent another and may keep so long.
struct Bucket {
    std::string sender, recipient;
    std::uint8_t retention = 0;
    std::uint32_t month = 0;
    // As a SHRED or HOLD record names it; nothing for any other bytes.
    static std::optional<Bucket> read(Reader& in);
    // The scope of its key, and TH("ledger-key", scope).
    Bytes scope() const;
    Hash name() const;
    bool is_party(const std::string& agency) const {
        return agency == sender || agency == recipient;
    }
    bool operator==(const Bucket&) const = default;
};
std::uint64_t shreddable_from(const Bucket& bucket);

struct Hold {
    std::string agency;
    std::optional<Bucket> bucket;  // else a range
    std::uint64_t from = 0, to = 0;
    bool operator==(const Hold&) const = default;
};
// A bucket of its own agency, or any range.
bool may_target(const Hold& hold);

// Entries: the bucket's KEY, end of the last PRUNE, the SHRED.
struct ShredPlace {
    std::uint64_t opened = 0, minimum = 0, next = 0;
};
// ByMonth: it forbids if the first leaf left at or above `from`, below the SHRED entry, is not of a
// later month than the bucket.
enum class HoldReach : std::uint8_t { Apart, Forbids, ByMonth };
HoldReach reach_of(const Hold& hold, const Bucket& bucket, const ShredPlace& place);
bool reaches_month(std::optional<std::uint32_t> first, const Bucket& bucket);

// `opened`: the KEY entry of its bucket, if it is on one that was opened.
bool forbids_prune(const Hold& hold, std::optional<std::uint64_t> opened, std::uint64_t minimum,
                   std::uint64_t end);

struct PrunePlace {
    std::uint64_t minimum = 0, next = 0, now_ms = 0;
    std::optional<std::uint64_t> youngest;  // the newest leaf left below `end`
};
// Why entries below `end`, said to be older than `before`, may not be pruned; empty if they may.
std::string_view prune_objection(std::uint64_t end, std::uint64_t before, const PrunePlace& place);

}  // namespace verify
