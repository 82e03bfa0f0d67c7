// A replay over what was lawfully erased, over what was not, and with an agency's key.
#include <doctest/doctest.h>

#include <algorithm>

#include "broker/core/replay.h"
#include "broker/core/replay_standing.h"
#include "broker/core/tables.h"
#include "crypto/body_seal.h"
#include "crypto/retention.h"
#include "schemas/base/layout.h"
#include "tests/unit/broker/small_ledger.h"

namespace chapar::testing {
namespace {

using broker::RecordedEntry;

struct Replayed {
    TestStore store{StoreKind::Memory};
    broker::RecordedKeys keys;
    broker::ReplayReport report;

    // `lost`: a KEY entry of which no copy opens any more.
    Replayed(const std::vector<RecordedEntry>& entries, const crypto::Secret32& key,
             const broker::ReplayOptions& options = {}, std::optional<std::uint64_t> lost = {})
        : keys(broker::open_recorded_keys(entries, key).value()) {
        if (lost) keys.keys.forget(keys.by_entry.at(EntryIndex(*lost)));
        FakeRandom nonces(5);
        broker::RecordedSpan span(entries);
        report = broker::replay(store.get(), span, keys, nonces, options).value();
    }
};

// Fails if a body that no key opens is a difference although a SHRED entry names its bucket.
TEST_CASE("a shredded bucket is counted as not re-takeable, and everything else is re-taken") {
    SmallLedger ledger;
    std::uint64_t key_entry = 0;
    const auto entries = shredded_entries(ledger, key_entry);
    REQUIRE(key_entry != 0);
    const Replayed whole(entries, ledger.world.auditor);
    CHECK(whole.report.equal());
    CHECK(whole.report.not_retaken.shredded == 0);
    const Replayed run(entries, ledger.world.auditor, {}, key_entry);
    for (const auto& one : run.report.differences) {
        MESSAGE(one.entry.value, " ", one.rule, ": ", one.expected, " / ", one.found);
    }
    CHECK(run.report.equal());
    CHECK(run.report.not_retaken.shredded == 3);   // two ACCEPTED, one DELIVERED
    CHECK(run.report.not_retaken.dependent == 1);  // that the other one expired
}

Bytes rubbish_naming(std::uint64_t key_entry) {
    return LayoutWriter().u64(key_entry).raw(Bytes(64)).take();
}

// The entries that `run` finds no account for.
std::vector<std::uint64_t> unaccounted(const Replayed& run) {
    std::vector<std::uint64_t> out;
    for (const auto& one : run.report.differences) {
        if (one.operation == "read") out.push_back(one.entry.value);
    }
    return out;
}

// Each fails if a body counts as shredded by the KEY entry that it names alone.
TEST_CASE("a body is not shredded because it names a shredded bucket of others or of before") {
    SmallLedger ledger;
    std::uint64_t key_entry = 0;
    REQUIRE_FALSE(shredded_entries(ledger, key_entry).empty());
    World& world = ledger.world;
    world.bundle("ops");
    world.bundle("npj");
    const auto later = world.submit(ledger.seal(schemas::Classification::Restricted));
    REQUIRE_FALSE(later.code.has_value());
    const auto whole = entries_of(world);
    std::uint64_t policy = 0;
    for (std::uint64_t i = 0; i < key_entry + 20 && policy == 0; ++i) {
        if (crypto::Leaf::decode(whole[i].leaf).value().kind == crypto::LeafKind::Policy) {
            policy = i;
        }
    }
    REQUIRE(policy != 0);
    const auto& tj = world.agency_named("TJ-DCA").signers.audit.secret;
    for (const std::uint64_t forged : {policy, later.first.value}) {
        CAPTURE(forged);
        auto entries = whole;
        entries[forged].body = rubbish_naming(key_entry);
        const std::vector<std::uint64_t> expected{forged};
        CHECK(unaccounted(Replayed(entries, world.auditor)) == expected);
        CHECK(unaccounted(Replayed(entries, tj)) == expected);
    }
    // An own body that names another's KEY entry is not another's.
    auto entries = whole;
    entries[ledger.first.first.value].body = rubbish_naming(entries.size());
    CHECK(unaccounted(Replayed(entries, tj)) ==
          std::vector<std::uint64_t>{ledger.first.first.value});
}

// This broker keeps KEY entries whole. Fails if a SHRED entry of their month accounts for one.
TEST_CASE("a KEY entry without its body is a difference, whatever was shredded") {
    SmallLedger ledger;
    std::uint64_t key_entry = 0;
    REQUIRE_FALSE(shredded_entries(ledger, key_entry).empty());
    auto entries = entries_of(ledger.world);
    entries[key_entry].body.clear();
    const Replayed run(entries, ledger.world.auditor);
    CHECK_FALSE(run.report.equal());
    REQUIRE_FALSE(run.report.differences.empty());
    CHECK(run.report.differences.front().entry.value == key_entry);
    CHECK(run.report.differences.front().operation == "read");
}

// Fails if an empty body is accepted without an entry that accounts for it.
TEST_CASE("a body that is missing without a SHRED entry is a difference") {
    SmallLedger ledger;
    auto entries = entries_of(ledger.world);
    entries[ledger.first.first.value].body.clear();
    const Replayed run(entries, ledger.world.auditor);
    REQUIRE_FALSE(run.report.differences.empty());
    CHECK(run.report.differences.front().entry == ledger.first.first);
    CHECK(run.report.differences.front().operation == "read");
    CHECK(run.report.not_retaken.shredded == 0);
    CHECK_FALSE(run.report.equal());
}

TEST_CASE("a tombstone without a PRUNE entry is a difference; the tree goes on over it") {
    SmallLedger ledger;
    auto entries = entries_of(ledger.world);
    auto& entry = entries[ledger.first.first.value];
    entry = {crypto::tombstone_of(crypto::stored_leaf_hash(entry.leaf)), {}};
    const Replayed run(entries, ledger.world.auditor);
    REQUIRE_FALSE(run.report.differences.empty());
    CHECK(run.report.differences.front().rule == "entry.pruned");
    CHECK(run.report.root == ledger.world.frontier.root());
    // Its delivery rests on it and is no difference of its own.
    CHECK(run.report.not_retaken.dependent == 1);
}

// Fails if the decisions after a gap are no longer compared.
TEST_CASE("after a gap a false decision is still found") {
    SmallLedger ledger;
    std::uint64_t key_entry = 0;
    REQUIRE_FALSE(shredded_entries(ledger, key_entry).empty());
    World& world = ledger.world;
    {
        // A broker that decides by a policy other than the one in its ledger.
        const auto txn = world.store().begin_write().value();
        REQUIRE(txn->erase(broker::kPolicyTable, view("CARICC")));
        REQUIRE(std::move(*txn).commit());
    }
    world.bundle("ops");
    world.bundle("npj");
    const auto refused = world.submit(ledger.seal(schemas::Classification::Restricted));
    REQUIRE(refused.code == Errc::PolicyRefused);
    const Replayed run(entries_of(world), world.auditor, {}, key_entry);
    REQUIRE(run.report.not_retaken.shredded == 3);
    REQUIRE(run.report.differences.size() == 1);
    CHECK(run.report.differences.front().entry == refused.first);
    CHECK(run.report.differences.front().rule == "decision");
    CHECK(run.report.root == run.report.recorded_root);
}

// Fails if same_bucket() is not asked where leaves are taken over.
TEST_CASE("an entry in the bucket of another class is a difference, also behind a gap") {
    for (const bool gap : {false, true}) {
        SmallLedger ledger;
        World& world = ledger.world;
        auto entries = entries_of(world);
        const crypto::Bucket bucket{AgencyId::parse("TJ-DCA").value(),
                                    AgencyId::parse("CARICC").value(),
                                    crypto::RetentionClass::Quarter, crypto::month_of(world.now)};
        for (std::uint64_t i = 0; i < entries.size(); ++i) {
            auto leaf = crypto::Leaf::decode(entries[i].leaf).value();
            if (leaf.kind != crypto::LeafKind::Key) continue;
            auto body = crypto::EntryBody::decode(leaf.kind, entries[i].body).value();
            if (body.event != crypto::event_number(crypto::KeyEvent::Opened)) continue;
            const auto record = crypto::LedgerKeyRecord::decode(*body.record).value();
            if (record.scope != bucket.scope()) continue;
            crypto::Bucket wrong = bucket;
            wrong.retention = crypto::RetentionClass::Longer;
            std::vector<PublicKey> readers;
            for (const auto& copy : record.copies) readers.push_back(copy.reader);
            body.record = crypto::seal_ledger_key(wrong.scope(), *world.keys.find(bucket.scope()),
                                                  readers, world.random)
                              .value()
                              .encode();
            entries[i].body = body.encode().value();
            leaf.body_commit = crypto::body_commit(crypto::BodySalt{}, entries[i].body);
            entries[i].leaf = leaf.encode();
        }
        if (gap) {
            // The sender's bundle, which nothing rests on: leaves behind it are taken over.
            const auto bundle = std::ranges::find_if(entries, [](const RecordedEntry& entry) {
                return crypto::Leaf::decode(entry.leaf).value().kind == crypto::LeafKind::Ladder;
            });
            REQUIRE(bundle != entries.end());
            *bundle = {crypto::tombstone_of(crypto::stored_leaf_hash(bundle->leaf)), {}};
        }
        const Replayed run(entries, world.auditor);
        CHECK_FALSE(run.report.equal());
        const auto found = std::ranges::find_if(run.report.differences, [&](const auto& one) {
            return one.entry == ledger.first.first;
        });
        REQUIRE(found != run.report.differences.end());
        CHECK(found->rule == (gap ? "bucket" : "entries"));
        const Replayed own(entries, world.agency_named("CARICC").signers.audit.secret);
        CHECK_FALSE(own.report.equal());
    }
}

// Fails if a tombstone is a difference although a PRUNE entry covers it.
TEST_CASE("a pruned ledger is replayed: messages as they stand, everything else taken again") {
    SmallLedger ledger;
    const auto entries = pruned_entries(ledger);
    const Replayed run(entries, ledger.world.auditor);
    for (const auto& one : run.report.differences) {
        MESSAGE(one.entry.value, " ", one.rule, ": ", one.expected, " / ", one.found);
    }
    CHECK(run.report.equal());
    CHECK(run.report.not_retaken.pruned == 3);     // two ACCEPTED, one DELIVERED
    CHECK(run.report.not_retaken.dependent == 1);  // the one that expired
    CHECK(run.report.root == ledger.world.frontier.root());
    const Replayed own(entries, ledger.world.agency_named("CARICC").signers.audit.secret);
    CHECK(own.report.equal());
}

TEST_CASE("an agency's key re-takes the public entries and checks its own against their facts") {
    SmallLedger ledger;
    World& world = ledger.world;
    const auto entries = entries_of(world);
    for (const char* agency : {"TJ-DCA", "CARICC"}) {
        const Replayed run(entries, world.agency_named(agency).signers.audit.secret);
        for (const auto& one : run.report.differences) {
            MESSAGE(agency, " ", one.entry.value, " ", one.rule, ": ", one.expected, " / ",
                    one.found);
        }
        CHECK(run.report.equal());
        CHECK(run.keys.holder == broker::KeyHolder::Agency);
        CHECK(run.report.facts == 3);  // two ACCEPTED, one DELIVERED
        CHECK(run.report.root == world.frontier.root());
    }
    CHECK_FALSE(broker::open_recorded_keys(entries, crypto::Secret32::random(world.random)));
}

// Fails if the lines of the agency's own policy are not compared with those recorded.
TEST_CASE("an agency finds an acceptance that its own policy at that place does not give") {
    SmallLedger ledger;
    World& world = ledger.world;
    const auto policy = world.read()->get(broker::kPolicyTable, view("TJ-DCA")).value();
    REQUIRE(policy);
    const Bytes before = to_bytes(*policy);
    world.drop_rule("TJ-DCA", "export.alerts");
    world.drop_rule("TJ-DCA", "export.secret");
    {
        // The broker goes on by the policy that was replaced.
        const auto txn = world.store().begin_write().value();
        REQUIRE(txn->put(broker::kPolicyTable, view("TJ-DCA"), before));
        REQUIRE(std::move(*txn).commit());
    }
    const auto accepted = world.submit(ledger.seal(schemas::Classification::Restricted));
    REQUIRE_FALSE(accepted.code.has_value());
    const Replayed run(entries_of(world), world.agency_named("TJ-DCA").signers.audit.secret);
    REQUIRE_FALSE(run.report.differences.empty());
    CHECK(run.report.differences.front().entry == accepted.first);
    CHECK(run.report.differences.front().rule == "decision");
    // The recipient's agency cannot know: its own lines are right.
    CHECK(Replayed(entries_of(world), world.agency_named("CARICC").signers.audit.secret)
              .report.equal());
}

TEST_CASE("a replay until a moment stops there, and says who could read what") {
    SmallLedger ledger;
    const auto entries = entries_of(ledger.world);
    broker::ReplayOptions options;
    options.until_size = ledger.first.first.value + 1;
    Replayed run(entries, ledger.world.auditor, options);
    CHECK(run.report.equal());
    CHECK(run.report.size.value == ledger.first.first.value + 1);
    std::vector<broker::StandingRow> rows;
    const auto txn = run.store.get().begin_read().value();
    REQUIRE(broker::tell_standing(*txn, ledger.world.now,
                                  [&](const broker::StandingRow& row) { rows.push_back(row); }));
    const auto count = [&](const char* what) {
        return std::ranges::count_if(rows, [&](const auto& row) { return row.what == what; });
    };
    CHECK(count("agency") == 2);
    CHECK(count("office") == 2);
    CHECK(count("device") == 2);
    CHECK(count("policy") == 2);
    CHECK(count("envelope") == 1);
}

}  // namespace
}  // namespace chapar::testing
