// The rules on erasing stand twice by intent: the product's and the verifier's, asked the same.
#include "crypto/verify/retention_rules.h"

#include <doctest/doctest.h>

#include <vector>

#include "crypto/retention_rules.h"
#include "schemas/base/limits.h"

using namespace chapar;

namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};
constexpr const char* kAgencies[] = {"TJ-DCA", "AF-CNP", "KZ-AFM"};

verify::Bytes plain(ByteView bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

struct BothBuckets {
    crypto::Bucket ours;
    verify::Bucket theirs;
    BothBuckets(const char* sender, const char* recipient, std::uint8_t retention,
                std::uint32_t month)
        : ours{AgencyId::parse(sender).value(), AgencyId::parse(recipient).value(),
               static_cast<crypto::RetentionClass>(retention), crypto::YearMonth(month)},
          theirs{sender, recipient, retention, month} {}
};

struct BothHolds {
    crypto::HoldRecord ours;
    verify::Hold theirs;
    BothHolds(const char* agency, const BothBuckets& bucket)
        : ours{AgencyId::parse(agency).value(), 1, crypto::HoldAction::Set, bucket.ours, 0, "x"},
          theirs{agency, bucket.theirs} {}
    BothHolds(const char* agency, std::uint64_t from, std::uint64_t to)
        : ours{AgencyId::parse(agency).value(),
               1,
               crypto::HoldAction::Set,
               crypto::EntryRange{EntryIndex(from), EntryIndex(to)},
               0,
               "x"},
          theirs{agency, std::nullopt, from, to} {}
};

std::vector<BothBuckets> buckets() {
    std::vector<BothBuckets> out;
    for (const char* sender : kAgencies) {
        for (const char* recipient : kAgencies) {
            for (const std::uint32_t month : {202611U, 202612U}) {
                out.emplace_back(sender, recipient, static_cast<std::uint8_t>(month % 4 + 1),
                                 month);
            }
        }
    }
    return out;
}

std::vector<BothHolds> holds() {
    std::vector<BothHolds> out;
    for (const char* agency : kAgencies) {
        for (const BothBuckets& bucket : buckets()) out.emplace_back(agency, bucket);
        for (const std::uint64_t from : {0ULL, 255ULL, 256ULL, 899ULL, 900ULL, 5000ULL}) {
            for (const std::uint64_t to : {1ULL, 256ULL, 257ULL, 900ULL, 901ULL, 1ULL << 63}) {
                if (from < to) out.emplace_back(agency, from, to);
            }
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the verifier's names of buckets and times of shredding are the broker's") {
    CHECK(verify::kHoldsPerAgency == limits::kHoldsPerAgency);
    for (const BothBuckets& bucket : buckets()) {
        CHECK(bucket.theirs.scope() == plain(bucket.ours.scope().encode()));
        const verify::Hash name = bucket.theirs.name();
        CHECK(plain(bucket.ours.scope().name().view()) == verify::Bytes(name.begin(), name.end()));
        CHECK(verify::shreddable_from(bucket.theirs) == crypto::shreddable_from(bucket.ours).value);
    }
    for (std::uint32_t month = 0; month < 1'000'200; ++month) {
        const bool is_month = crypto::is_month(crypto::YearMonth(month));
        if (verify::is_month(month) != is_month) FAIL(month);
        if (!is_month) continue;
        const TimeMs end = crypto::end_of(crypto::YearMonth(month));
        if (verify::end_of_month(month) != end.value) FAIL(month);
        if (verify::month_of(end.value - 1) != month) FAIL(month);
    }
}

TEST_CASE("an envelope is of the same retention class for the verifier and for the broker") {
    constexpr std::uint64_t kDays[] = {0, 1, 91, 92, 93, 366, 367, 1827, 1828, 20'000};
    for (const std::uint64_t created : {std::uint64_t{0}, std::uint64_t{1'795'262'400'000}}) {
        for (const std::uint64_t days : kDays) {
            for (const std::uint64_t more : {0, 1}) {
                const std::uint64_t until = created + days * verify::kOneDay + more;
                CHECK(verify::retention_class(created, until) ==
                      static_cast<std::uint8_t>(
                          crypto::retention_class(TimeMs(created), TimeMs(until))));
            }
        }
    }
    CHECK(verify::retention_class(kMost, 0) == 1);
    CHECK(verify::retention_class(0, kMost) == verify::kLongestClass);
}

// Fails for each condition that one side has and the other has not.
TEST_CASE("a hold forbids to shred for the verifier exactly where it does for the broker") {
    std::size_t forbidden = 0, by_month = 0;
    for (const BothHolds& hold : holds()) {
        CHECK(verify::may_target(hold.theirs) ==
              crypto::may_target(hold.ours.agency, hold.ours.target));
        for (const BothBuckets& bucket : buckets()) {
            for (const std::uint64_t opened : {0ULL, 255ULL, 256ULL, 700ULL}) {
                for (const std::uint64_t minimum : {0ULL, 256ULL, 512ULL}) {
                    const auto ours = crypto::reach_of(
                        hold.ours, bucket.ours,
                        {EntryIndex(opened), EntryIndex(minimum), EntryIndex(900)});
                    const auto theirs =
                        verify::reach_of(hold.theirs, bucket.theirs, {opened, minimum, 900});
                    REQUIRE(static_cast<int>(ours) == static_cast<int>(theirs));
                    forbidden += ours == crypto::HoldReach::Forbids ? 1 : 0;
                    by_month += ours == crypto::HoldReach::ByMonth ? 1 : 0;
                }
            }
        }
    }
    CHECK(forbidden > 0);
    CHECK(by_month > 0);
    for (const BothBuckets& bucket : buckets()) {
        CHECK_FALSE(verify::reaches_month(std::nullopt, bucket.theirs));
        CHECK_FALSE(crypto::reaches_month(std::nullopt, bucket.ours));
        for (const std::uint32_t month : {202610U, 202611U, 202612U, 202701U}) {
            CHECK(verify::reaches_month(month, bucket.theirs) ==
                  crypto::reaches_month(crypto::YearMonth(month), bucket.ours));
        }
    }
}

TEST_CASE("entries may be pruned for the verifier exactly where they may be for the broker") {
    for (const BothHolds& hold : holds()) {
        for (const std::uint64_t end : {256ULL, 512ULL, 5120ULL}) {
            for (const auto opened :
                 {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(255),
                  std::optional<std::uint64_t>(256)}) {
                const auto entry = opened ? std::optional(EntryIndex(*opened)) : std::nullopt;
                for (const std::uint64_t minimum : {0ULL, 256ULL}) {
                    CHECK(verify::forbids_prune(hold.theirs, opened, minimum, end) ==
                          crypto::forbids_prune(hold.ours, entry, EntryIndex(minimum),
                                                EntryIndex(end)));
                }
            }
        }
    }
    constexpr std::uint64_t kYear = 365ULL * 86'400'000;
    std::size_t allowed = 0;
    using Numbers = std::vector<std::uint64_t>;
    for (const std::uint64_t end : Numbers{0, 255, 256, 512, 768, kMost}) {
        for (const std::uint64_t before : Numbers{0, 999, 1000, kYear, kYear + 1, kMost}) {
            for (const std::uint64_t now : Numbers{0, kYear, kYear + 1000, 2 * kYear}) {
                for (const auto youngest :
                     {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(0),
                      std::optional<std::uint64_t>(kYear)}) {
                    const auto leaf = youngest ? std::optional(TimeMs(*youngest)) : std::nullopt;
                    const bool ours = crypto::prune_objection(
                                          {EntryIndex(end), TimeMs(before), Hash{}, "x"},
                                          {EntryIndex(256), EntryIndex(600), TimeMs(now), leaf})
                                          .empty();
                    CHECK(verify::prune_objection(end, before, {256, 600, now, youngest}).empty() ==
                          ours);
                    allowed += ours ? 1 : 0;
                }
            }
        }
    }
    CHECK(allowed > 0);
}
