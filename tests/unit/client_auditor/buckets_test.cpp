// Which buckets are due, how many entries each has, and what keeps them.
#include "client/core/mirror_buckets.h"

#include "tests/unit/client_auditor/recorded.h"

namespace chapar::testing {
namespace {

using crypto::RetentionClass;

AgencyId agency(const char* name) { return AgencyId::parse(name).value(); }

struct Buckets {
    Recorded ledger;
    World& world = ledger.world;
    crypto::YearMonth month = crypto::month_of(world.now);
    crypto::Bucket short_lived{agency("TJ-DCA"), agency("CARICC"), RetentionClass::Quarter, month};
    TimeMs due = crypto::due_at(short_lived).value();

    std::vector<client::BucketRow> list(const Mirror& mirror, client::BucketChoice choice,
                                        TimeMs now, std::size_t limit = 50) {
        std::vector<client::BucketRow> out;
        client::BucketQuery query{choice, now, std::nullopt, limit};
        const auto txn = mirror.store.begin_read().value();
        for (bool more = true; more;) {
            auto page = client::list_buckets(*txn, query).value();
            CHECK(page.rows.size() <= limit);
            for (auto& row : page.rows) out.push_back(std::move(row));
            query.after = page.after;
            more = page.after.has_value();
        }
        return out;
    }
    void view(Mirror& mirror, const char* reader) {
        mirror.take_all(ledger.entries());
        const auto report = mirror.view(world.agency_named(reader).signers.audit.secret);
        CHECK(report.complete());
    }
    broker::Outcome hold(std::uint64_t number, const crypto::HoldTarget& target) {
        const crypto::HoldRecord record{agency("CARICC"), number, crypto::HoldAction::Set,
                                        target,           0,      "case 7"};
        return world.put(
            world.agency_named("CARICC").signers.by_registrars(crypto::RecordType::Hold, record));
    }
    broker::Outcome shred(const crypto::Bucket& bucket) {
        return world.put(world.agency_named(bucket.sender.text())
                             .signers.by_registrars(crypto::RecordType::Shred,
                                                    crypto::ShredRecord{bucket, "Act 12"}));
    }
};

}  // namespace

// Fails if classes are not told apart, or an entry is counted in another bucket or twice.
TEST_CASE("buckets are listed with their entries, and are due when their class ends") {
    Buckets b;
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    plan.keep = kDay * 400;
    REQUIRE(!b.world.submit(b.world.seal(plan)).code);
    Mirror mirror(b.ledger);
    b.view(mirror, "CARICC");
    const auto all = b.list(mirror, client::BucketChoice::All, b.world.now);
    std::map<crypto::Bucket, std::uint64_t> counts;
    for (const auto& row : all) {
        CHECK(row.viewed.has_value());
        CHECK((row.bucket.sender == agency("CARICC") || row.bucket.recipient == agency("CARICC")));
        counts[row.bucket] = row.viewed.value_or(99);
        CHECK_FALSE(row.is_due(b.world.now));
    }
    crypto::Bucket kept = b.short_lived;
    kept.retention = RetentionClass::FiveYears;
    CHECK(counts.at(b.short_lived) == 3);  // two accepted, one delivered
    CHECK(counts.at(kept) == 1);
    CHECK(b.list(mirror, client::BucketChoice::All, b.world.now, 1).size() == all.size());

    CHECK(b.list(mirror, client::BucketChoice::Due, TimeMs(b.due.value - 1)).empty());
    const auto due = b.list(mirror, client::BucketChoice::Due, b.due);
    REQUIRE(due.size() == 1);
    CHECK(due.front().bucket == b.short_lived);
    const TimeMs later = crypto::due_at(kept).value();
    CHECK(b.list(mirror, client::BucketChoice::Due, later).size() == 2);
    // Policies are never due by themselves.
    const TimeMs far(b.due.value + kDay.value * 36'500);
    for (const auto& row : b.list(mirror, client::BucketChoice::Due, far)) {
        CHECK(row.bucket.retention != RetentionClass::Longer);
    }
}

// Fails if holds of agencies that have no part in it, or released ones, are named.
TEST_CASE("a bucket's holds and its shredding are told") {
    Buckets b;
    b.world.agency("UZ-NCDC");
    REQUIRE(!b.hold(1, b.short_lived).code);
    const crypto::EntryRange all{EntryIndex(0), EntryIndex(1ULL << 63)};
    const crypto::HoldRecord foreign{agency("UZ-NCDC"), 1, crypto::HoldAction::Set, all, 0,
                                     "case 8"};
    REQUIRE(!b.world
                 .put(b.world.agency_named("UZ-NCDC").signers.by_registrars(
                     crypto::RecordType::Hold, foreign))
                 .code);
    b.world.now = b.due;
    b.world.run(broker::Advance{});
    crypto::Bucket own = b.short_lived;
    own.recipient = own.sender;
    REQUIRE(!b.shred(own).code);
    {
        Mirror mirror(b.ledger);
        b.view(mirror, "TJ-DCA");
        bool held = false, shredded = false;
        for (const auto& row : b.list(mirror, client::BucketChoice::All, b.due)) {
            if (row.bucket == b.short_lived) {
                REQUIRE(row.holds.size() == 1);
                CHECK(row.holds.front().agency == agency("CARICC"));
                CHECK(row.is_due(b.due));
                held = true;
            }
            if (row.bucket == own) {
                CHECK(row.shredded.has_value());
                CHECK_FALSE(row.is_due(b.due));
                shredded = true;
            }
        }
        CHECK(held);
        CHECK(shredded);
    }
    // Known by their keys alone, to whoever has no audit key.
    Mirror mirror(b.ledger);
    mirror.take_all(b.ledger.entries());
    {
        auto txn = mirror.store.begin_write().value();
        while (client::judge_some(*txn, b.ledger.card, 50).value() > 0) continue;
        REQUIRE(std::move(*txn).commit());
    }
    const auto rows = b.list(mirror, client::BucketChoice::Due, b.due);
    REQUIRE(rows.size() == 1);
    CHECK_FALSE(rows.front().viewed.has_value());
}

}  // namespace chapar::testing
