#include "tests/unit/broker/small_ledger.h"

#include "broker/core/ledger_read.h"
#include "broker/core/prune.h"
#include "crypto/entry_body.h"
#include "crypto/retention.h"

namespace chapar::testing {

std::vector<broker::RecordedEntry> entries_of(World& world) {
    std::vector<broker::RecordedEntry> entries;
    const auto txn = world.read();
    for (std::uint64_t i = 0; i < world.frontier.size().value; ++i) {
        const EntryIndex index(i);
        entries.push_back({to_bytes(broker::stored_leaf(*txn, index).value()),
                           to_bytes(broker::stored_body(*txn, index).value())});
    }
    return entries;
}

std::vector<broker::RecordedEntry> shredded_entries(SmallLedger& ledger, std::uint64_t& key_entry) {
    World& world = ledger.world;
    const crypto::Bucket bucket{AgencyId::parse("TJ-DCA").value(),
                                AgencyId::parse("CARICC").value(), crypto::RetentionClass::Quarter,
                                crypto::month_of(world.now)};
    world.now = crypto::end_of(bucket.month) + kDay * 40;
    CHAPAR_ASSERT(!world.run(broker::Advance{}).code);
    const auto outcome = world.put(world.agency_named("TJ-DCA").signers.by_registrars(
        crypto::RecordType::Shred, crypto::ShredRecord{bucket, "Act 12, article 3"}));
    CHAPAR_ASSERT(!outcome.code);
    const auto entries = entries_of(world);
    for (std::uint64_t i = 0; i < entries.size(); ++i) {
        const auto leaf = crypto::Leaf::decode(entries[i].leaf).value();
        if (leaf.kind != crypto::LeafKind::Key || entries[i].body.empty()) continue;
        const auto body = crypto::EntryBody::decode(leaf.kind, entries[i].body).value();
        if (body.event != crypto::event_number(crypto::KeyEvent::Opened)) continue;
        if (crypto::LedgerKeyRecord::decode(*body.record).value().scope != bucket.scope()) continue;
        key_entry = i;
    }
    return entries;
}

std::vector<broker::RecordedEntry> pruned_entries(SmallLedger& ledger) {
    World& world = ledger.world;
    while (world.frontier.size().value < 256) world.bundle("ops");
    const TimeMs then = world.now;
    world.now = then + kDay * 400;
    CHAPAR_ASSERT(!world.run(broker::Advance{}).code);
    crypto::SignedRecord record{
        crypto::RecordType::Prune,
        crypto::PruneRecord{EntryIndex(256), then + kDay, Hash{}, "five years, then the archive"}
            .encode(),
        {}};
    record.sign(world.centre_root());
    CHAPAR_ASSERT(!world.put(record).code);
    auto txn = world.store().begin_write().value();
    while (broker::prune_some(*txn, 100).value() == broker::PruneProgress::More) continue;
    CHAPAR_ASSERT(std::move(*txn).commit().has_value());
    return entries_of(world);
}

SmallLedger::SmallLedger()
    : low(prepare()), secret(seal(schemas::Classification::Secret)), first(world.submit(low)) {
    world.submit(secret);
    world.confirm("ops", low.hash, first.first, crypto::DeliveryEvent::Delivered);
}

SentEnvelope SmallLedger::seal(schemas::Classification classification) {
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    plan.classification = classification;
    return world.seal(plan);
}

SentEnvelope SmallLedger::prepare() {
    using enum crypto::PolicyDirection;
    using enum crypto::PolicyEffect;
    for (const char* agency : {"TJ-DCA", "CARICC"}) world.agency(agency);
    world.office("TJ-BLO", "TJ-DCA", "TJ", crypto::office_role::kLiaison);
    world.office("KZ-OPS", "CARICC", "KZ", crypto::office_role::kLiaison);
    world.device("npj", "TJ-BLO");
    world.device("ops", "KZ-OPS");
    world.rule("TJ-DCA", {"export.alerts", Export, Permit, {100}, 1, {}, {}});
    world.rule("TJ-DCA", {"export.secret", Export, Permit, {100}, 3, {}, {}});
    world.rule("CARICC", {"import.all", Import, Permit, {}, 3, {}, {}});
    return seal(schemas::Classification::Restricted);
}

broker::ReplayReport SmallLedger::replay(const std::vector<broker::RecordedEntry>& entries,
                                         const std::optional<broker::RuleName>& without) {
    const auto keys = broker::open_recorded_keys(entries, world.auditor).value();
    TestStore store(StoreKind::Memory);
    FakeRandom nonces(5);
    return broker::replay(store.get(), entries, keys, nonces, without).value();
}

}  // namespace chapar::testing
