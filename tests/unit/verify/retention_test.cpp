// SHRED, HOLD and OVERRIDE entries: signed by the product's code, judged by the verifier.
#include "crypto/verify/retention.h"

#include <doctest/doctest.h>

#include "crypto/override.h"
#include "crypto/retention.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/test_agency.h"

using namespace chapar;
using chapar::testing::must;

namespace {

constexpr std::uint64_t kNow = 1'795'262'400'000;  // 2026-11-21
constexpr std::uint64_t kOneDay = 86'400'000;
const crypto::Validity kAlways{TimeMs(kNow - kOneDay), TimeMs(kNow + 300 * kOneDay)};

verify::Bytes plain(ByteView bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

// One agency in force, one bucket open for November 2026 at entry 10.
struct Ledger {
    chapar::testing::FakeRandom random{5};
    crypto::SigningKey root = crypto::SigningKey::generate(random);
    chapar::testing::AgencySigners tj{"TJ-DCA", kAlways, random};
    verify::Directory directory;
    verify::Retention retention;
    std::string why;

    Ledger() : directory(manifest()) {
        const auto clear = [&](std::uint8_t event, const crypto::SignedRecord& record) {
            const verify::BodyRecords body{{verify::kEventRecord, {event}},
                                           {verify::kSignedRecord, plain(record.encode())}};
            REQUIRE_MESSAGE(directory.accept_entry(verify::EntryKind::Key, body, {3, kNow}, why),
                            why);
        };
        clear(1, tj.agency_record(root));
        clear(6, tj.registrars_record());
        const auto scope = bucket().scope();
        const auto key = must(crypto::seal_ledger_key(scope, crypto::Secret32(),
                                                      std::vector{tj.audit.public_key}, random));
        REQUIRE(retention.open_key(plain(key.encode()), 10, why));
    }
    verify::Manifest manifest() const {
        verify::Manifest out;
        out.centre_root = plain(root.public_key().view());
        return out;
    }
    static crypto::Bucket bucket() {
        return {AgencyId::parse("TJ-DCA").value(), AgencyId::parse("AF-CNP").value(),
                crypto::RetentionClass::Year, crypto::YearMonth(202611)};
    }
    template <typename Body>
    crypto::SignedRecord by_registrars(crypto::RecordType type, const Body& body,
                                       std::size_t count = 2) const {
        crypto::SignedRecord out{type, body.encode(), {}};
        for (std::size_t i = 0; i < count; ++i) out.sign(tj.registrar_keys.at(i));
        return out;
    }
    bool accept(verify::EntryKind kind, const crypto::SignedRecord& record, std::uint64_t time,
                std::uint64_t index = 900) {
        return retention.accept(kind, *verify::parse_record(plain(record.encode())), directory,
                                {index, time}, why);
    }
    crypto::SignedRecord shred(std::size_t signers = 2) const {
        return by_registrars(crypto::RecordType::Shred, crypto::ShredRecord{bucket(), "Law 7"},
                             signers);
    }
    crypto::SignedRecord hold(std::uint64_t number, crypto::HoldAction action,
                              crypto::HoldTarget target, std::uint64_t released = 0) const {
        return by_registrars(crypto::RecordType::Hold,
                             crypto::HoldRecord{tj.id(), number, action, std::move(target),
                                                released, "a court asked"});
    }
};

constexpr std::uint64_t kLate = kNow + 60 * kOneDay;  // the month's end is 10 days off, and 38 more

}  // namespace

// Each demand fails if its line in Retention is removed.
TEST_CASE("a bucket is shredded by two registrars, 38 days after its month, once") {
    Ledger ledger;
    const auto kind = verify::EntryKind::Shred;
    CHECK_FALSE(ledger.accept(kind, ledger.shred(1), kLate));
    CHECK_FALSE(ledger.accept(kind, ledger.shred(), kNow + 30 * kOneDay));
    CHECK(ledger.why == "it shreds too early");
    CHECK_FALSE(ledger.retention.shredded(10));
    CHECK(ledger.accept(kind, ledger.shred(), kLate));
    CHECK(ledger.retention.shredded(10));
    CHECK_FALSE(ledger.accept(kind, ledger.shred(), kLate));
    CHECK_FALSE(ledger.accept(verify::EntryKind::Hold, ledger.shred(), kLate));
}

TEST_CASE("what is on hold is not shredded until it is released") {
    Ledger ledger;
    for (std::uint64_t i = 0; i < 100; ++i) ledger.retention.pass(i, kNow);
    const auto kind = verify::EntryKind::Hold;
    using crypto::HoldAction;
    CHECK_FALSE(ledger.accept(kind, ledger.hold(2, HoldAction::Set, Ledger::bucket()), kNow));
    CHECK(ledger.accept(kind, ledger.hold(1, HoldAction::Set, Ledger::bucket()), kNow));
    const crypto::EntryRange range{EntryIndex(0), EntryIndex(50)};
    CHECK(ledger.accept(kind, ledger.hold(2, HoldAction::Set, range), kNow));
    CHECK_FALSE(ledger.accept(verify::EntryKind::Shred, ledger.shred(), kLate));
    CHECK(ledger.why == "it shreds what is on hold");
    CHECK_FALSE(ledger.accept(kind, ledger.hold(3, HoldAction::Release, range, 1), kNow));
    CHECK(ledger.accept(kind, ledger.hold(3, HoldAction::Release, Ledger::bucket(), 1), kNow));
    CHECK_FALSE(ledger.accept(verify::EntryKind::Shred, ledger.shred(), kLate));
    CHECK(ledger.accept(kind, ledger.hold(4, HoldAction::Release, range, 2), kNow));
    CHECK(ledger.accept(verify::EntryKind::Shred, ledger.shred(), kLate));
    CHECK(ledger.retention.holds() == 4);
}

// Fails if months at the beginning of a range are not remembered: a lawful ledger would not verify.
TEST_CASE("a hold on entries of later months forbids no shredding; one on its own month does") {
    using crypto::HoldAction;
    const auto allowed = [](std::uint64_t from, bool tombstones, std::uint64_t pruned_end = 0) {
        Ledger ledger;
        for (std::uint64_t i = 0; i < 700; ++i) {
            const std::uint64_t time =
                i < 300 ? kNow : kNow + 20 * kOneDay;  // December from 300 on
            ledger.retention.pass(
                i, tombstones && i >= 20 && i < 200 ? std::nullopt : std::optional(time));
        }
        if (pruned_end > 0) {
            const std::uint64_t now = kNow + 400 * kOneDay;
            const crypto::PruneRecord body{
                EntryIndex(pruned_end), TimeMs(kNow + 30 * kOneDay), {}, "a year"};
            crypto::SignedRecord prune{crypto::RecordType::Prune, body.encode(), {}};
            prune.sign(ledger.root);
            REQUIRE_MESSAGE(ledger.accept(verify::EntryKind::Prune, prune, now), ledger.why);
        }
        const crypto::EntryRange range{EntryIndex(from), EntryIndex(std::uint64_t{1} << 63)};
        REQUIRE(
            ledger.accept(verify::EntryKind::Hold, ledger.hold(1, HoldAction::Set, range), kLate));
        return ledger.accept(verify::EntryKind::Shred, ledger.shred(), kLate);
    };
    CHECK_FALSE(allowed(11, false));
    CHECK_FALSE(allowed(299, false));
    CHECK(allowed(300, false));
    CHECK(allowed(5000, false));
    CHECK_FALSE(allowed(100, true));  // the next leaf that is left is of its month
    CHECK(allowed(300, false, 256));
    CHECK_FALSE(allowed(300, false, 512));  // what was pruned is taken as old enough
}

TEST_CASE("a range hold of an agency that has no part in a bucket forbids pruning only") {
    Ledger ledger;
    chapar::testing::AgencySigners kz{"KZ-AFM", kAlways, ledger.random};
    const auto clear = [&](std::uint8_t event, const crypto::SignedRecord& record) {
        const verify::BodyRecords body{{verify::kEventRecord, {event}},
                                       {verify::kSignedRecord, plain(record.encode())}};
        REQUIRE(ledger.directory.accept_entry(verify::EntryKind::Key, body, {4, kNow}, ledger.why));
    };
    clear(1, kz.agency_record(ledger.root));
    clear(6, kz.registrars_record());
    for (std::uint64_t i = 0; i < 512; ++i) ledger.retention.pass(i, kNow);
    using crypto::HoldAction;
    const crypto::EntryRange all{EntryIndex(0), EntryIndex(~std::uint64_t{0})};
    const crypto::HoldRecord foreign{kz.id(), 1, HoldAction::Set, all, 0, "a court asked"};
    const auto kind = verify::EntryKind::Hold;
    CHECK(ledger.accept(kind, kz.by_registrars(crypto::RecordType::Hold, foreign, 2), kNow));
    // Nor may it hold a bucket of others.
    const crypto::HoldRecord others{kz.id(), 2, HoldAction::Set, Ledger::bucket(), 0, "a court"};
    CHECK_FALSE(ledger.accept(kind, kz.by_registrars(crypto::RecordType::Hold, others, 2), kNow));
    CHECK(ledger.why == "a hold on a bucket of others");
    CHECK(ledger.accept(verify::EntryKind::Shred, ledger.shred(), kLate));
    CHECK_FALSE(ledger.accept(kind, ledger.hold(1, HoldAction::Set, Ledger::bucket()), kLate));
    CHECK(ledger.why == "a hold on what was shredded");
    const crypto::PruneRecord body{EntryIndex(256), TimeMs(kNow + kOneDay), {}, "a year"};
    crypto::SignedRecord prune{crypto::RecordType::Prune, body.encode(), {}};
    prune.sign(ledger.root);
    CHECK_FALSE(ledger.accept(verify::EntryKind::Prune, prune, kNow + 400 * kOneDay));
    CHECK(ledger.why == "it prunes what is on hold");
}

TEST_CASE("an agency has at most 256 holds in force") {
    Ledger ledger;
    using crypto::HoldAction;
    const auto kind = verify::EntryKind::Hold;
    const crypto::EntryRange range{EntryIndex(5), EntryIndex(6)};
    for (std::uint64_t i = 1; i <= 256; ++i) {
        REQUIRE(ledger.accept(kind, ledger.hold(i, HoldAction::Set, range), kNow));
    }
    CHECK_FALSE(ledger.accept(kind, ledger.hold(257, HoldAction::Set, range), kNow));
    CHECK(ledger.accept(kind, ledger.hold(257, HoldAction::Release, range, 3), kNow));
    CHECK(ledger.accept(kind, ledger.hold(258, HoldAction::Set, range), kNow));
}

TEST_CASE("a prune is the centre root's, of whole tiles, of what is a year old, under no hold") {
    Ledger ledger;
    const auto prune = [&](std::uint64_t end, std::uint64_t before) {
        const crypto::PruneRecord body{EntryIndex(end), TimeMs(before), {}, "a year"};
        crypto::SignedRecord out{crypto::RecordType::Prune, body.encode(), {}};
        out.sign(ledger.root);
        return out;
    };
    const auto kind = verify::EntryKind::Prune;
    const std::uint64_t now = kNow + 200 * kOneDay, old = now - 365 * kOneDay;
    for (std::uint64_t i = 0; i < 512; ++i) ledger.retention.pass(i, old - 1000);
    CHECK_FALSE(ledger.accept(kind, prune(300, old), now));
    CHECK_FALSE(ledger.accept(kind, prune(256, old + 1), now));
    CHECK_FALSE(ledger.accept(kind, prune(1024, old), now));  // beyond itself
    const crypto::PruneRecord body{EntryIndex(256), TimeMs(old), {}, "a year"};
    CHECK_FALSE(ledger.accept(kind, ledger.by_registrars(crypto::RecordType::Prune, body), now));
    using crypto::HoldAction;
    CHECK(ledger.accept(verify::EntryKind::Hold, ledger.hold(1, HoldAction::Set, Ledger::bucket()),
                        now));
    CHECK_FALSE(ledger.accept(kind, prune(256, old), now));
    CHECK(ledger.accept(verify::EntryKind::Hold,
                        ledger.hold(2, HoldAction::Release, Ledger::bucket(), 1), now));
    CHECK(ledger.accept(kind, prune(256, old), now));
    CHECK(ledger.retention.pruned_below() == 256);
    // What it holds is gone already, as the broker's rule has it.
    CHECK(ledger.accept(
        verify::EntryKind::Hold,
        ledger.hold(3, HoldAction::Set, crypto::EntryRange{EntryIndex(0), EntryIndex(256)}), now));
    CHECK(ledger.accept(kind, prune(512, old), now));
    CHECK_FALSE(ledger.accept(kind, prune(256, old), now));
}

TEST_CASE("an override needs the centre root and a registrar in force, in its time") {
    Ledger ledger;
    const crypto::OverrideRecord body{
        crypto::OverrideWhat::HighWater,        TreeSize(100),      Hash{}, Hash{},
        {TimeMs(kNow), TimeMs(kNow + kOneDay)}, "the disk was lost"};
    const auto by = [&](bool root, bool registrar) {
        crypto::SignedRecord out{crypto::RecordType::Override, body.encode(), {}};
        if (root) out.sign(ledger.root);
        if (registrar) out.sign(ledger.tj.registrar_keys.at(0));
        return out;
    };
    const auto kind = verify::EntryKind::Admin;
    CHECK_FALSE(ledger.accept(kind, by(true, false), kNow));
    CHECK_FALSE(ledger.accept(kind, by(false, true), kNow));
    CHECK_FALSE(ledger.accept(kind, by(true, true), kNow + kOneDay));
    CHECK_FALSE(ledger.accept(kind, by(true, true), kNow, 99));
    CHECK(ledger.accept(kind, by(true, true), kNow));
    CHECK(ledger.retention.overrides() == 1);
}

TEST_CASE("months are those of the calendar") {
    CHECK(verify::month_of(0) == 197001);
    CHECK(verify::month_of(kNow) == 202611);
    CHECK(verify::month_of(1'709'251'199'999) == 202402);  // the last moment of 29 February
    CHECK(verify::month_of(1'709'251'200'000) == 202403);
    CHECK(verify::month_of(4'102'444'800'000) == 210001);
}
