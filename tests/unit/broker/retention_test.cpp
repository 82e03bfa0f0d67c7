#include <doctest/doctest.h>

#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_scrub.h"
#include "broker/core/prune.h"
#include "broker/core/retention_records.h"
#include "crypto/body_seal.h"
#include "crypto/override.h"
#include "crypto/retention_rules.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"
#include "tests/unit/broker/small_ledger.h"

namespace chapar::testing {
namespace {

using crypto::Bucket;
using crypto::HoldAction;
using crypto::RecordType;
using crypto::RetentionClass;

AgencyId id(const char* name) { return AgencyId::parse(name).value(); }

// The small ledger, and the records that end or keep its bodies.
struct Retained {
    SmallLedger small;
    World& world = small.world;
    Bucket bucket{id("TJ-DCA"), id("CARICC"), RetentionClass::Quarter, crypto::YearMonth(202611)};
    TimeMs due = crypto::end_of(bucket.month) + crypto::kShredAfter;
    std::uint64_t holds = 0;

    broker::Outcome shred(const Bucket& what, const char* by = "TJ-DCA", std::size_t count = 0,
                          const char* basis = "article 12") {
        return world.put(world.agency_named(by).signers.by_registrars(
            RecordType::Shred, crypto::ShredRecord{what, basis}, count));
    }
    // What waited has expired by then.
    void wait_until(TimeMs time) {
        world.now = time;
        world.run(broker::Advance{});
    }
    broker::Outcome put_hold(const crypto::HoldRecord& record) {
        return world.put(world.agency_named(record.agency.text())
                             .signers.by_registrars(RecordType::Hold, record));
    }
    broker::Outcome hold(const crypto::HoldTarget& target) {
        return put_hold({id("CARICC"), ++holds, HoldAction::Set, target, 0, "case 7"});
    }
    broker::Outcome release(std::uint64_t number, const crypto::HoldTarget& target) {
        return put_hold({id("CARICC"), ++holds, HoldAction::Release, target, number, "closed"});
    }
    broker::Outcome prune(std::uint64_t end, TimeMs before, const char* text = "one year") {
        crypto::SignedRecord record{
            RecordType::Prune,
            crypto::PruneRecord{EntryIndex(end), before, Hash{}, text}.encode(),
            {}};
        record.sign(world.centre_root());
        return world.put(record);
    }
    void refuses(const broker::Outcome& outcome, Errc code) {
        REQUIRE(outcome.code.has_value());
        CHECK(text_of(*outcome.code).code == text_of(code).code);
        CHECK(outcome.count == 0);
    }
    [[nodiscard]] Errc error_at(EntryIndex index) {
        const auto txn = world.read();
        return broker::open_entry(*txn, world.keys, index).error().code;
    }
    [[nodiscard]] bool lies_in(EntryIndex entry, const Bucket& what) {
        const auto txn = world.read();
        const auto body = broker::stored_body(*txn, entry).value();
        const auto key = broker::key_entry(*txn, what.scope().name()).value();
        return key && crypto::key_entry_of(body).value() == *key;
    }
    // More than a tile of entries, all of November.
    void fill() {
        while (world.frontier.size().value < 600) {
            if (world.frontier.size().value % 8 == 0) {
                world.submit(small.seal(schemas::Classification::Restricted));
            } else {
                world.run(broker::Step{{crypto::StepDirection::Forward, DurationMs(2500)}});
            }
        }
    }
    void erase_all(std::uint64_t slice) {
        for (auto progress = broker::PruneProgress::More;
             progress == broker::PruneProgress::More;) {
            const auto txn = world.store().begin_write().value();
            progress = broker::prune_some(*txn, slice).value();
            REQUIRE(std::move(*txn).commit());
        }
    }
};

}  // namespace

// Fails if decide_shred() does not ask for the time, takes one signature, or those of the
// recipient.
TEST_CASE("a bucket is shredded 38 days after its month, by two registrars of its sender") {
    Retained r;
    r.refuses(r.shred(r.bucket), Errc::ShredEarly);
    r.wait_until(TimeMs(r.due.value - 1));
    r.refuses(r.shred(r.bucket), Errc::ShredEarly);
    r.wait_until(r.due);
    r.refuses(r.shred(r.bucket, "TJ-DCA", 1), Errc::CertificateNotSigned);
    r.refuses(r.shred(r.bucket, "CARICC"), Errc::CertificateNotSigned);
    Bucket other = r.bucket;
    other.month = crypto::YearMonth(202610);
    r.refuses(r.shred(other), Errc::RecordRefused);
    const auto done = r.shred(r.bucket);
    REQUIRE(!done.code);
    CHECK(done.effects.shredded == std::vector<BucketId>{r.bucket.scope().name()});
    CHECK(r.shred(r.bucket).freshness == broker::Freshness::Duplicate);
    CHECK(r.shred(r.bucket).effects.shredded.empty());
    r.refuses(r.shred(r.bucket, "TJ-DCA", 0, "article 13"), Errc::AlreadyExists);
}

// Fails if open_entry() asks only whether the secret is there.
TEST_CASE(
    "the entries of a shredded bucket prove and open for nobody, with or without the secret") {
    Retained r;
    const EntryIndex entry = r.small.first.first;
    r.wait_until(r.due);
    REQUIRE(!r.shred(r.bucket).code);
    CHECK(r.error_at(entry) == Errc::EntryShredded);
    r.world.keys.forget(r.bucket.scope().name());
    CHECK(r.error_at(entry) == Errc::EntryShredded);
    r.world.restart();
    const auto txn = r.world.read();
    const TreeSize size = r.world.frontier.size();
    const auto proven = broker::prove_entry(*txn, r.world.frontier, r.world.keys, entry, size,
                                            broker::Body::Withheld)
                            .value();
    CHECK(crypto::check_inclusion(crypto::leaf_hash(proven.leaf), entry.value, size.value,
                                  proven.path, r.world.frontier.root()));
    CHECK(broker::shredded_keys(*txn).value().size() == 1);
}

// Fails if decide_shred() looks at holds on the bucket only, or at ranges only.
TEST_CASE("a hold on the bucket or on a range that can contain it forbids to shred") {
    Retained r;
    const EntryIndex entry = r.small.first.first;
    r.wait_until(r.due);
    const auto later = r.world.run(broker::Step{{crypto::StepDirection::Forward, kDay}});
    // Entries of another year say nothing about November's bucket.
    REQUIRE(!r.hold(crypto::EntryRange{later.first, EntryIndex(9999)}).code);
    const crypto::EntryRange range{entry, entry.next()};
    REQUIRE(!r.hold(range).code);
    r.refuses(r.shred(r.bucket), Errc::HoldForbids);
    REQUIRE(!r.release(2, range).code);
    REQUIRE(!r.hold(r.bucket).code);
    r.refuses(r.shred(r.bucket), Errc::HoldForbids);
    REQUIRE(!r.release(4, r.bucket).code);
    CHECK(!r.shred(r.bucket).code);
}

// Fails if nothing_waits() is not asked, or asks for any envelope that waits.
TEST_CASE("a bucket is not shredded while an envelope that was accepted into it waits") {
    Retained r;
    r.world.now = r.due;  // the clock alone: nothing has expired yet
    const auto refused = r.shred(r.bucket);
    r.refuses(refused, Errc::ShredEarly);
    CHECK(refused.context == broker::kStillWaits);
    r.world.run(broker::Advance{});
    for (const char* device : {"ops", "npj"}) r.world.bundle(device);
    REQUIRE(!r.world.submit(r.small.seal(schemas::Classification::Restricted)).code);
    CHECK(!r.shred(r.bucket).code);  // that one is of another month
}

// Fails if is_party() is not asked in reach_of().
TEST_CASE("a range hold keeps the buckets of its own agency, and no other's") {
    Retained r;
    r.world.agency("UZ-NCDC");
    const crypto::EntryRange all{EntryIndex(0), EntryIndex(~std::uint64_t{0})};
    const crypto::HoldRecord foreign{id("UZ-NCDC"), 1, HoldAction::Set, all, 0, "case 7"};
    REQUIRE(!r.put_hold(foreign).code);
    r.wait_until(r.due);
    REQUIRE(!r.hold(all).code);
    r.refuses(r.shred(r.bucket), Errc::HoldForbids);
    REQUIRE(!r.release(1, all).code);
    CHECK(!r.shred(r.bucket).code);
}

// Fails if check_hold_target() does not count, or counts what was released or is another's.
TEST_CASE("an agency has at most so many holds in force") {
    Retained r;
    r.world.agency("UZ-NCDC");
    const crypto::EntryRange range{EntryIndex(5), EntryIndex(6)};
    const crypto::HoldRecord foreign{id("UZ-NCDC"), 1, HoldAction::Set, range, 0, "case 7"};
    REQUIRE(!r.put_hold(foreign).code);
    for (std::size_t i = 0; i < limits::kHoldsPerAgency; ++i) REQUIRE(!r.hold(range).code);
    r.refuses(r.hold(range), Errc::HoldsFull);
    --r.holds;
    REQUIRE(!r.release(1, range).code);
    CHECK(!r.hold(range).code);
}

// Fails if a release need not repeat its target, or numbers may be left out or used twice.
TEST_CASE("holds are numbered without a gap, and a release names one that is in force") {
    Retained r;
    REQUIRE(!r.hold(r.bucket).code);
    const auto again = [&](std::uint64_t number, HoldAction action,
                           const crypto::HoldTarget& target, std::uint64_t released) {
        return r.put_hold({id("CARICC"), number, action, target, released, "other"});
    };
    r.refuses(again(1, HoldAction::Set, r.bucket, 0), Errc::RecordSequence);
    r.refuses(again(3, HoldAction::Set, r.bucket, 0), Errc::RecordSequence);
    const crypto::EntryRange range{EntryIndex(1), EntryIndex(2)};
    r.refuses(again(2, HoldAction::Release, range, 1), Errc::RecordRefused);
    Bucket foreign = r.bucket;
    foreign.recipient = foreign.sender;
    r.refuses(again(2, HoldAction::Set, foreign, 0), Errc::RecordRefused);
    CHECK(!again(2, HoldAction::Release, r.bucket, 1).code);
    r.refuses(again(3, HoldAction::Release, r.bucket, 1), Errc::RecordRefused);
    r.refuses(again(3, HoldAction::Release, r.bucket, 2), Errc::RecordRefused);
}

// Fails if not_policy_in_force() is not asked.
TEST_CASE("the bucket that seals an agency's policy in force is not shredded") {
    Retained r;
    r.wait_until(r.due);
    Bucket own = r.bucket;
    own.recipient = own.sender;
    own.retention = RetentionClass::Longer;
    r.refuses(r.shred(own), Errc::RecordRefused);
    own.retention = RetentionClass::Quarter;  // refusals: no policy stands there
    REQUIRE(!r.world.submit(r.small.low).code);
    CHECK(!r.shred(own).code);
}

// Fails if a draft takes another class than its envelope's, or its key is asked for in another.
TEST_CASE("every entry about an envelope lies in the bucket of its class, and goes with it alone") {
    Retained r;
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    plan.keep = kDay * 400;
    const auto kept = r.world.seal(plan);
    const auto accepted = r.world.submit(kept);
    REQUIRE(!accepted.code);
    const auto delivered =
        r.world.confirm("ops", kept.hash, accepted.first, crypto::DeliveryEvent::Delivered);
    plan.message_id = kept.message_id;
    const auto rejected = r.world.submit(r.world.seal(plan));
    REQUIRE(rejected.code == Errc::Conflict);
    Bucket longer = r.bucket;
    longer.retention = RetentionClass::FiveYears;
    Bucket own = longer;
    own.recipient = own.sender;
    CHECK(r.lies_in(accepted.first, longer));
    CHECK(r.lies_in(delivered.first, longer));
    CHECK(r.lies_in(rejected.first, own));
    CHECK(r.lies_in(r.small.first.first, r.bucket));
    own.retention = RetentionClass::Longer;
    for (std::uint64_t at = 0; at < r.world.frontier.size().value; ++at) {
        const auto leaf = broker::read_leaf(*r.world.read(), EntryIndex(at)).value();
        if (leaf.kind != crypto::LeafKind::Policy) continue;
        const bool sender = r.lies_in(EntryIndex(at), own);
        Bucket others = own;
        others.sender = others.recipient = id("CARICC");
        CHECK((sender || r.lies_in(EntryIndex(at), others)));
    }
    r.wait_until(r.due);
    const EntryIndex expired(r.world.frontier.size().value - 1);
    Bucket later = r.bucket;
    later.month = crypto::month_of(r.due);
    CHECK(r.lies_in(expired, later));
    REQUIRE(!r.shred(r.bucket).code);
    CHECK(r.error_at(r.small.first.first) == Errc::EntryShredded);
    const auto txn = r.world.read();
    CHECK(broker::open_entry(*txn, r.world.keys, accepted.first));
    CHECK(broker::open_entry(*txn, r.world.keys, delivered.first));
    CHECK(r.small.replay(entries_of(r.world)).equal());
}

// Fails if any one of the conditions is left out; the last `before` if the sum may overflow.
TEST_CASE("only whole tiles of what is a year old and waits for nobody are pruned") {
    Retained r;
    r.fill();
    const TimeMs old = r.world.now + kDay;
    r.refuses(r.prune(256, old), Errc::PruneRefused);  // not a year
    r.world.now = old + crypto::kPruneAfter;
    r.refuses(r.prune(256, TimeMs(old.value + 1)), Errc::PruneRefused);
    r.refuses(r.prune(256, TimeMs(~std::uint64_t{0})), Errc::PruneRefused);
    r.refuses(r.prune(255, old), Errc::PruneRefused);
    r.refuses(r.prune(768, old), Errc::PruneRefused);  // beyond the ledger
    r.refuses(r.prune(256, old), Errc::PruneRefused);  // envelopes still wait
    r.world.run(broker::Advance{});
    r.refuses(r.prune(256, TimeMs(old.value - 2 * kDay.value)), Errc::PruneRefused);  // younger
    REQUIRE(!r.hold(crypto::EntryRange{EntryIndex(200), EntryIndex(300)}).code);
    r.refuses(r.prune(256, old), Errc::HoldForbids);
    REQUIRE(!r.release(1, crypto::EntryRange{EntryIndex(200), EntryIndex(300)}).code);
    REQUIRE(!r.hold(r.bucket).code);
    r.refuses(r.prune(256, old), Errc::HoldForbids);
    REQUIRE(!r.release(3, r.bucket).code);
    const auto done = r.prune(256, old);
    REQUIRE(!done.code);
    CHECK(done.effects.pruned);
    r.refuses(r.prune(256, old, "again"), Errc::PruneRefused);
    CHECK(!r.prune(512, old).code);
}

// Fails if a tile is hashed from tombstones, or prune_some() takes an entry that is no message.
TEST_CASE("a pruned ledger gives every proof and every old root, and opens again") {
    Retained r;
    r.fill();
    const TreeSize before = r.world.frontier.size();
    std::vector<broker::RecordedEntry> entries = entries_of(r.world);
    const TimeMs old = r.world.now + kDay;
    r.world.now = old + crypto::kPruneAfter;
    r.world.run(broker::Advance{});
    REQUIRE(!r.prune(512, old).code);
    r.erase_all(100);  // as if the process ended after each slice
    CHECK(!broker::is_prune_pending(*r.world.read()).value());
    r.world.restart();
    const auto txn = r.world.read();
    std::vector<Hash> hashes;
    for (std::uint64_t at = 0; at < before.value; ++at) {
        const bool gone =
            at < 512 && crypto::Leaf::decode(entries[at].leaf)->kind == crypto::LeafKind::Message;
        hashes.push_back(crypto::leaf_hash(entries[at].leaf));
        const auto stored = broker::stored_leaf(*txn, EntryIndex(at)).value();
        CHECK(crypto::is_tombstone(stored) == gone);
        CHECK(crypto::stored_leaf_hash(stored) == hashes.back());
        CHECK(broker::stored_body(*txn, EntryIndex(at)).value().empty() == gone);
        const auto path = broker::inclusion_path(*txn, r.world.frontier, EntryIndex(at), before);
        CHECK(crypto::check_inclusion(hashes.back(), at, before.value, path.value(),
                                      broker::root_at(*txn, r.world.frontier, before).value()));
        if (gone) CHECK(r.error_at(EntryIndex(at)) == Errc::EntryPruned);
    }
    for (const std::uint64_t size : {1U, 255U, 300U, 512U, 513U, 600U}) {
        CHECK(broker::root_at(*txn, r.world.frontier, TreeSize(size)).value() ==
              crypto::tree_root(std::span(hashes).first(size)));
    }
    CHECK(broker::check_tile(*txn, {0, 0}));
    CHECK(broker::check_tile(*txn, {0, 1}));
}

// Fails if a decision reads what a prune erases.
TEST_CASE("a replay of shredding, holds, pruning, override and clock steps gives the same ledger") {
    Retained r;
    r.fill();
    const TimeMs old = r.world.now + kDay;
    r.world.now = old + crypto::kPruneAfter;
    r.world.run(broker::Advance{});
    REQUIRE(!r.hold(r.bucket).code);
    REQUIRE(!r.release(1, r.bucket).code);
    REQUIRE(!r.shred(r.bucket).code);
    REQUIRE(!r.prune(256, old).code);
    r.world.run(broker::Step{{crypto::StepDirection::Backward, kHour}});
    const auto report = r.small.replay(entries_of(r.world));
    for (const auto& one : report.differences) CHECK_MESSAGE(false, one.entry.value);
    CHECK(report.equal());
    CHECK(report.root == r.world.frontier.root());
}

// Fails if the root alone is enough, or an override works a second time.
TEST_CASE(
    "an override needs the centre root and a registrar, a size that was reached, and its time") {
    Retained r;
    crypto::OverrideRecord says{crypto::OverrideWhat::HighWater,   r.world.frontier.size(),
                                r.world.frontier.root(),           Hash{{std::byte{7}}},
                                {r.world.now, r.world.now + kDay}, "disk exchanged"};
    const auto put = [&](bool root, bool registrar) {
        crypto::SignedRecord record{RecordType::Override, says.encode(), {}};
        if (root) record.sign(r.world.centre_root());
        const auto& signers = r.world.agency_named("CARICC").signers;
        if (registrar) record.sign(signers.registrar_keys.front());
        return r.world.put(record);
    };
    r.refuses(put(true, false), Errc::CertificateNotSigned);
    r.refuses(put(false, true), Errc::CertificateNotSigned);
    says.size = TreeSize(r.world.frontier.size().value + 1);
    r.refuses(put(true, true), Errc::OverrideOther);
    says.size = r.world.frontier.size();
    // Fails if the root is not compared: another ledger of this size would take the record.
    says.root.bytes[0] ^= std::byte{1};
    r.refuses(put(true, true), Errc::OverrideOther);
    says.root = r.world.frontier.root();
    says.validity = {r.world.now + kHour, r.world.now + kDay};
    r.refuses(put(true, true), Errc::SlipTimes);
    says.validity = {r.world.now, r.world.now + kDay};
    const auto done = put(true, true);
    REQUIRE(!done.code);
    const auto again = put(true, true);
    CHECK(again.freshness == broker::Freshness::Duplicate);
}

}  // namespace chapar::testing
