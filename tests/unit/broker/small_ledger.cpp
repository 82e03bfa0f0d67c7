#include "tests/unit/broker/small_ledger.h"

#include "broker/core/ledger_read.h"

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
