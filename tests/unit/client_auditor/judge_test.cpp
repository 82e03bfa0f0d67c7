#include <functional>

#include "crypto/body_seal.h"
#include "crypto/override.h"
#include "crypto/retention.h"
#include "schemas/base/limits.h"
#include "tests/unit/client_auditor/recorded.h"

namespace chapar::testing {
namespace {

using crypto::LeafKind;
using crypto::RecordType;

AgencyId agency(const char* name) { return AgencyId::parse(name).value(); }

// What a broker that holds the log key can sign: any entries at all.
struct Forged {
    Recorded ledger;
    std::vector<schemas::StoredEntry> entries = ledger.entries();
    World& world = ledger.world;
    TimeMs now = world.now;

    // As the next entry, without any rule.
    EntryIndex append(LeafKind kind, std::uint8_t event, Bytes record) {
        const auto last = crypto::Leaf::decode(entries.back().leaf).value();
        crypto::EntryBody body;
        body.event = event;
        body.time = now;
        body.record = std::move(record);
        crypto::Leaf leaf;
        leaf.kind = kind;
        leaf.epoch = last.epoch;
        leaf.index = last.index.next();
        leaf.time = crypto::leaf_time(now);
        leaf.last_dir = crypto::is_directory(last.kind) ? last.index : last.last_dir;
        schemas::StoredEntry entry{{}, body.encode().value()};
        leaf.body_commit = crypto::body_commit(crypto::BodySalt{}, entry.body);
        entry.leaf = leaf.encode();
        entries.push_back(std::move(entry));
        return leaf.index;
    }
    EntryIndex append(LeafKind kind, const crypto::SignedRecord& record,
                      std::uint8_t event = crypto::kNoEvent) {
        return append(kind, event, record.encode());
    }
    // Puts `record` in the place of the KEY entry of `scope`.
    void replace_key(const crypto::LedgerKeyScope& scope,
                     const std::function<void(crypto::LedgerKeyRecord&)>& change) {
        auto& entry = entries[key_entry(scope).value];
        auto leaf = crypto::Leaf::decode(entry.leaf).value();
        auto body = crypto::EntryBody::decode(leaf.kind, entry.body).value();
        auto record = crypto::LedgerKeyRecord::decode(*body.record).value();
        change(record);
        body.record = record.encode();
        entry.body = body.encode().value();
        leaf.body_commit = crypto::body_commit(crypto::BodySalt{}, entry.body);
        entry.leaf = leaf.encode();
    }
    EntryIndex key_entry(const crypto::LedgerKeyScope& scope) {
        for (std::uint64_t i = 0; i < entries.size(); ++i) {
            const auto leaf = crypto::Leaf::decode(entries[i].leaf).value();
            if (leaf.kind != LeafKind::Key) continue;
            const auto body = crypto::EntryBody::decode(leaf.kind, entries[i].body).value();
            if (body.event != crypto::event_number(crypto::KeyEvent::Opened)) continue;
            const auto record = crypto::LedgerKeyRecord::decode(*body.record).value();
            if (record.scope == scope) return EntryIndex(i);
        }
        FAIL("no such KEY entry");
        return EntryIndex(0);
    }
    [[nodiscard]] const AgencySigners& signers(const char* name) {
        return world.agency_named(name).signers;
    }
    [[nodiscard]] crypto::Bucket bucket(const char* from, const char* to) const {
        return {agency(from), agency(to), crypto::RetentionClass::Quarter,
                crypto::month_of(ledger.world.now)};
    }
    [[nodiscard]] crypto::SignedRecord shred(const crypto::Bucket& bucket) {
        return signers("TJ-DCA").by_registrars(RecordType::Shred,
                                               crypto::ShredRecord{bucket, "Act 12, article 3"});
    }
    void wait_until_shred() { now = crypto::end_of(crypto::month_of(now)) + kDay * 40; }
    void tombstone(EntryIndex at) {
        auto& entry = entries[at.value];
        entry = {crypto::tombstone_of(crypto::stored_leaf_hash(entry.leaf)), {}};
    }
    client::ViewReport view(const char* reader = "CARICC") {
        Mirror mirror(ledger);
        mirror.take_all(entries);
        return mirror.view(signers(reader).audit.secret);
    }
};

// That `at`, and nothing else, is not believed.
void check_unfounded(const client::ViewReport& report, EntryIndex at) {
    CHECK_FALSE(report.complete());
    REQUIRE(report.unfounded.total == 1);
    CHECK(report.unfounded.first.front().index == at);
    CHECK_FALSE(report.unfounded.first.front().why.empty());
}

crypto::SignedRecord resigned(crypto::SignedRecord record, const crypto::SigningKey& key) {
    record.signatures.clear();
    record.sign(key);
    return record;
}

crypto::SignedRecord prune(const crypto::PruneRecord& record, const crypto::SigningKey& key) {
    return resigned({RecordType::Prune, record.encode(), {}}, key);
}

// Fails if check_override() is not asked, or if an override is taken for a founding.
TEST_CASE("an override is believed from the centre root and a registrar in force, for its past") {
    const auto judged = [](std::uint64_t beyond, DurationMs wait, bool by_registrar) {
        Forged forged;
        const crypto::Validity week{forged.now, forged.now + kDay * 7};
        forged.now = forged.now + wait;
        const crypto::OverrideRecord said{crypto::OverrideWhat::Witnesses,
                                          TreeSize(forged.entries.size() + beyond),
                                          Hash{},
                                          Hash{},
                                          week,
                                          "the witnesses are out"};
        crypto::SignedRecord record{RecordType::Override, said.encode(), {}};
        record.sign(forged.world.centre_root());
        const auto& signers = forged.signers("TJ-DCA");
        record.sign(by_registrar ? signers.registrar_keys[0] : signers.roots[0]);
        forged.append(LeafKind::Admin, record, crypto::event_number(crypto::AdminEvent::Override));
        return forged.view().unfounded.total;
    };
    CHECK(judged(0, kSecond, true) == 0);
    CHECK(judged(1, kSecond, true) == 1);
    CHECK(judged(0, kDay * 8, true) == 1);
    CHECK(judged(0, kSecond, false) == 1);
}

// Fails if a SHRED, HOLD, PRUNE, AGENCY or REGISTRARS entry is believed for its form alone.
TEST_CASE("a record that a stranger signed is named, and the view is not complete") {
    FakeRandom random(9);
    const auto stranger = crypto::SigningKey::generate(random);
    SUBCASE("SHRED") {
        Forged forged;
        forged.wait_until_shred();
        const auto record = resigned(forged.shred(forged.bucket("TJ-DCA", "CARICC")), stranger);
        const EntryIndex at = forged.append(LeafKind::Shred, record);
        check_unfounded(forged.view(), at);
    }
    SUBCASE("SHRED by one registrar of two") {
        Forged forged;
        forged.wait_until_shred();
        const crypto::ShredRecord said{forged.bucket("TJ-DCA", "CARICC"), "Act 12"};
        const auto record = forged.signers("TJ-DCA").by_registrars(RecordType::Shred, said, 1);
        const EntryIndex at = forged.append(LeafKind::Shred, record);
        check_unfounded(forged.view(), at);
    }
    SUBCASE("HOLD") {
        Forged forged;
        crypto::HoldRecord hold{
            agency("TJ-DCA"), 1, crypto::HoldAction::Set, forged.bucket("TJ-DCA", "CARICC"), 0,
            "court order 5"};
        const crypto::SignedRecord record{RecordType::Hold, hold.encode(), {}};
        const EntryIndex at = forged.append(LeafKind::Hold, resigned(record, stranger));
        check_unfounded(forged.view(), at);
    }
    SUBCASE("PRUNE") {
        Forged forged;
        while (forged.world.frontier.size().value < 256) forged.world.bundle("ops");
        forged.entries = forged.ledger.entries();
        forged.tombstone(forged.ledger.small.first.first);
        forged.now = forged.world.now + kDay * 400;
        const auto record =
            prune({EntryIndex(256), forged.world.now + kDay, Hash{}, "five years"}, stranger);
        const EntryIndex at = forged.append(LeafKind::Prune, record);
        const auto report = forged.view();
        check_unfounded(report, at);
        CHECK(report.unfounded_tombstones == 1);
    }
    SUBCASE("AGENCY of a made-up agency with a real audit key") {
        Forged forged;
        AgencySigners made_up("XX-NOBODY", {forged.now, forged.now + kDay}, random);
        made_up.record.audit_key = forged.signers("CARICC").record.audit_key;
        const EntryIndex at = forged.append(LeafKind::Key, made_up.agency_record(stranger),
                                            crypto::event_number(crypto::KeyEvent::Agency));
        const auto report = forged.view();
        check_unfounded(report, at);
        CHECK(report.reader == "CARICC");
        CHECK(report.own == 4);
    }
    SUBCASE("REGISTRARS, and what they then sign") {
        Forged forged;
        forged.wait_until_shred();
        AgencySigners others("TJ-DCA", {forged.now, forged.now + kDay}, random);
        others.registrars.previous = forged.signers("TJ-DCA").registrars_record().hash();
        forged.append(LeafKind::Key, others.registrars_record(),
                      crypto::event_number(crypto::KeyEvent::Registrars));
        forged.append(
            LeafKind::Shred,
            others.by_registrars(RecordType::Shred,
                                 crypto::ShredRecord{forged.bucket("TJ-DCA", "CARICC"), "Act 12"}));
        const auto report = forged.view();
        CHECK(report.unfounded.total == 2);
        CHECK_FALSE(report.complete());
    }
}

TEST_CASE("records in their time are believed: a hold, its release, a shred") {
    Forged forged;
    const auto bucket = forged.bucket("TJ-DCA", "CARICC");
    crypto::HoldRecord hold{agency("TJ-DCA"), 1, crypto::HoldAction::Set, bucket, 0, "order 5"};
    forged.append(LeafKind::Hold, forged.signers("TJ-DCA").by_registrars(RecordType::Hold, hold));
    hold = {agency("TJ-DCA"), 2, crypto::HoldAction::Release, bucket, 1, "order 6"};
    forged.append(LeafKind::Hold, forged.signers("TJ-DCA").by_registrars(RecordType::Hold, hold));
    forged.wait_until_shred();
    // Of entries of later months only.
    const crypto::EntryRange later{EntryIndex(forged.entries.size()), EntryIndex(1ULL << 63)};
    hold = {agency("TJ-DCA"), 3, crypto::HoldAction::Set, later, 0, "order 7"};
    forged.append(LeafKind::Hold, forged.signers("TJ-DCA").by_registrars(RecordType::Hold, hold));
    forged.append(LeafKind::Shred, forged.shred(bucket));
    const auto report = forged.view();
    CHECK(report.complete());
    CHECK(report.unfounded.total == 0);
    CHECK(report.shredded == 0);  // its copies for this reader still stand in the ledger
    // The same SHRED again.
    const EntryIndex at = forged.append(LeafKind::Shred, forged.shred(bucket));
    check_unfounded(forged.view(), at);
}

// Fails if times, holds or ranges of a signed record are not looked at.
TEST_CASE("a signed record that is not allowed at its place is named, and changes nothing") {
    Forged forged;
    const auto bucket = forged.bucket("TJ-DCA", "CARICC");
    SUBCASE("SHRED before 38 days after its month") {
        forged.now = crypto::end_of(bucket.month) + kDay * 37;
        const EntryIndex at = forged.append(LeafKind::Shred, forged.shred(bucket));
        check_unfounded(forged.view(), at);
    }
    SUBCASE("SHRED of a bucket that was never opened") {
        forged.wait_until_shred();
        const EntryIndex at =
            forged.append(LeafKind::Shred, forged.shred(forged.bucket("TJ-DCA", "XX-NOBODY")));
        check_unfounded(forged.view(), at);
    }
    SUBCASE("SHRED under a hold") {
        const crypto::EntryRange all{EntryIndex(0), EntryIndex(1ULL << 63)};
        const auto entries = forged.entries;
        for (const crypto::HoldTarget& target :
             {crypto::HoldTarget(bucket), crypto::HoldTarget(all)}) {
            forged.entries = entries;
            const crypto::HoldRecord hold{agency("TJ-DCA"), 1, crypto::HoldAction::Set,
                                          target,           0, "order 5"};
            forged.append(LeafKind::Hold,
                          forged.signers("TJ-DCA").by_registrars(RecordType::Hold, hold));
            forged.wait_until_shred();
            const EntryIndex at = forged.append(LeafKind::Shred, forged.shred(bucket));
            check_unfounded(forged.view(), at);
        }
    }
    SUBCASE("HOLD above the number that an agency may have") {
        const auto put = [&](std::uint64_t number) {
            const crypto::HoldRecord hold{agency("TJ-DCA"), number, crypto::HoldAction::Set,
                                          bucket,           0,      "order 5"};
            return forged.append(LeafKind::Hold,
                                 forged.signers("TJ-DCA").by_registrars(RecordType::Hold, hold));
        };
        for (std::uint64_t i = 1; i <= limits::kHoldsPerAgency; ++i) put(i);
        check_unfounded(forged.view(), put(limits::kHoldsPerAgency + 1));
    }
    SUBCASE("PRUNE") {
        while (forged.world.frontier.size().value < 256) forged.world.bundle("ops");
        forged.entries = forged.ledger.entries();
        forged.tombstone(forged.ledger.small.first.first);
        const TimeMs then = forged.world.now;
        const TimeMs late = then + kDay * 400;
        struct Case {
            TimeMs now;
            std::uint64_t end;
            TimeMs before;
        };
        for (const Case& one :
             {Case{late, std::uint64_t{1} << 62, then + kDay},      // beyond itself
              Case{late, 255, then + kDay}, Case{late, 256, late},  // younger than a year
              Case{then + kDay, 256, {}},                           // so are its entries
              Case{late, 256, TimeMs(~std::uint64_t{0} - 5)}}) {
            Forged& here = forged;
            const auto entries = here.entries;
            here.now = one.now;
            const EntryIndex at = here.append(
                LeafKind::Prune, prune({EntryIndex(one.end), one.before, Hash{}, "five years"},
                                       here.world.centre_root()));
            const auto report = here.view();
            check_unfounded(report, at);
            CHECK(report.unfounded_tombstones == 1);
            here.entries = entries;
        }
    }
}

// A stored body names its bucket, and nothing commits to that name.
TEST_CASE("only a shredded bucket that can be the entry's own excuses its body") {
    Forged forged;
    const auto bucket = forged.bucket("TJ-DCA", "CARICC");
    const auto other = forged.bucket("TJ-DCA", "TJ-DCA");
    forged.replace_key(bucket.scope(), [](auto& record) { record.copies.resize(1); });
    auto report = forged.view();
    CHECK(report.missing_total == 3);
    CHECK(report.locked_keys.size() == 1);
    forged.wait_until_shred();
    forged.append(LeafKind::Shred, forged.shred(other));
    report = forged.view();
    CHECK(report.missing_total == 3);

    // Its body as if it stood in a bucket of others that was shredded.
    forged.append(LeafKind::Shred, forged.shred(bucket));
    report = forged.view();
    CHECK(report.shredded == 3);
    CHECK(report.complete());
    auto& body = forged.entries[forged.ledger.small.first.first.value].body;
    const Bytes name = LayoutWriter().u64(forged.key_entry(other.scope()).value).take();
    std::ranges::copy(name, body.begin());
    report = forged.view();
    CHECK(report.shredded == 2);
    CHECK(report.missing_total == 1);
    CHECK_FALSE(report.complete());
}

// Fails if is_in_its_bucket() is not asked.
TEST_CASE("an entry in the bucket of another class than its envelope's is named") {
    Forged forged;
    const auto bucket = forged.bucket("TJ-DCA", "CARICC");
    forged.replace_key(bucket.scope(), [&](crypto::LedgerKeyRecord& record) {
        crypto::Bucket wrong = bucket;
        wrong.retention = crypto::RetentionClass::Year;
        std::vector<PublicKey> readers;
        for (const auto& copy : record.copies) readers.push_back(copy.reader);
        record = crypto::seal_ledger_key(wrong.scope(), *forged.world.keys.find(bucket.scope()),
                                         readers, forged.world.random)
                     .value();
    });
    const auto report = forged.view();
    CHECK_FALSE(report.complete());
    REQUIRE(report.missing_total == 2);  // two acceptances; of the delivery nothing is known then
    CHECK(report.missing.front().gap == client::Gap::NotAnEntry);
}

TEST_CASE("a ledger key without its body is excused by no SHRED entry") {
    Forged forged;
    const auto tag = crypto::LedgerKeyScope::tag(agency("CARICC"), crypto::month_of(forged.now));
    const EntryIndex at = forged.key_entry(tag);
    forged.wait_until_shred();
    forged.append(LeafKind::Shred, forged.shred(forged.bucket("TJ-DCA", "CARICC")));
    forged.entries[at.value].body.clear();
    const auto report = forged.view();
    check_unfounded(report, at);
}

// Fails if entries that no tag key tells are counted as others'.
TEST_CASE("a month of ours whose tag key is not opened makes the view incomplete") {
    Forged forged;
    const auto month = crypto::month_of(forged.now);
    crypto::Bucket policies = forged.bucket("CARICC", "CARICC");
    policies.retention = crypto::RetentionClass::Longer;
    for (const auto& bucket : {forged.bucket("TJ-DCA", "CARICC"), policies}) {
        forged.replace_key(bucket.scope(), [](auto& record) { record.copies.resize(1); });
    }
    forged.replace_key(crypto::LedgerKeyScope::tag(agency("CARICC"), month), [&](auto& record) {
        record.scope = crypto::LedgerKeyScope::tag(agency("XX-NOBODY"), month);
    });
    forged.wait_until_shred();
    forged.append(LeafKind::Shred, forged.shred(forged.bucket("TJ-DCA", "CARICC")));
    const auto report = forged.view();
    CHECK(report.own == 0);
    CHECK(report.untagged_months == std::vector{std::to_string(month.value)});
    CHECK_FALSE(report.complete());
}

TEST_CASE("a ledger key that is opened twice is named") {
    Forged forged;
    const auto tag = crypto::LedgerKeyScope::tag(agency("CARICC"), crypto::month_of(forged.now));
    const auto& entry = forged.entries[forged.key_entry(tag).value];
    const auto body = crypto::EntryBody::decode(LeafKind::Key, entry.body).value();
    const EntryIndex at =
        forged.append(LeafKind::Key, crypto::event_number(crypto::KeyEvent::Opened), *body.record);
    check_unfounded(forged.view(), at);
}

}  // namespace
}  // namespace chapar::testing
