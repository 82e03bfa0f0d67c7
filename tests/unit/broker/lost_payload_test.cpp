// Envelopes whose ciphertext a repair could not bring back: withheld with a reason that says so.
#include <doctest/doctest.h>

#include "broker/core/ledger_tables.h"
#include "broker/core/lost_payload.h"
#include "broker/core/tables.h"
#include "broker/core/withhold.h"
#include "crypto/envelope.h"
#include "tests/support/results.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

// One envelope that waits at "ops".
struct OneWaits {
    World world{StoreKind::Memory, 61};
    EnvelopeHash envelope;
    EntryIndex first;

    OneWaits() {
        world.agency("CARICC");
        world.office("KZ-OPS", "CARICC", "KZ", crypto::office_role::kLiaison);
        world.office("KZ-HQ", "CARICC", "KZ", crypto::office_role::kLiaison);
        world.device("ops", "KZ-OPS");
        world.device("hq", "KZ-HQ");
        using enum crypto::PolicyDirection;
        for (const auto direction : {Export, Import}) {
            world.rule("CARICC", {direction == Export ? "export.any" : "import.any",
                                  direction,
                                  crypto::PolicyEffect::Permit,
                                  {},
                                  3,
                                  {},
                                  {}});
        }
        SendPlan plan;
        plan.from = "hq";
        plan.to = {"KZ-OPS"};
        const auto outcome = world.submit(world.seal(plan));
        REQUIRE_FALSE(outcome.code);
        first = outcome.first;
        const auto* submit = std::get_if<broker::Submit>(&world.operations.back().body);
        REQUIRE(submit != nullptr);
        envelope = crypto::envelope_hash(submit->envelope);
    }

    // As a repair leaves it.
    void lose() {
        const auto txn = must(world.store().begin_write());
        must(txn->erase(broker::kPayloadTable, broker::number_key(first.value)));
        must(broker::mark_lost(*txn, first, envelope));
        must(std::move(*txn).commit());
    }
    broker::Outcome withhold() {
        const broker::Operation operation{
            {world.now, broker::Clock::Disciplined},
            broker::Withhold{envelope, world.device_named("ops").hash}};
        auto txn = must(world.store().begin_write());
        auto outcomes =
            must(broker::fold(*txn, world.frontier, {&operation, 1}, world.keys, world.random));
        must(std::move(*txn).commit());
        return outcomes.front();
    }
    std::vector<broker::Withhold> due(std::size_t limit = 10) {
        return must(broker::withholds_due(*world.read(), limit));
    }
};

}  // namespace

// Fails if has_payload() is not asked, or asked for rows whose ciphertext is there.
TEST_CASE("an envelope without its ciphertext is due to be withheld, once") {
    OneWaits waits;
    CHECK(waits.due().empty());
    CHECK(waits.withhold().code == Errc::NotPermitted);
    waits.lose();
    REQUIRE(waits.due().size() == 1);
    CHECK(waits.due(0).empty());
    CHECK(waits.due().front().envelope == waits.envelope);
    const auto outcome = waits.withhold();
    CHECK_FALSE(outcome.code);
    CHECK(outcome.count == 1);
    // Fails if the row of `lost` does not go with the last waiting row: it would be due for ever.
    CHECK(waits.due().empty());
    CHECK(waits.withhold().code == Errc::NotFound);
}

// Fails if "suspended: wait" is asked before the ciphertext: its rows would be proposed for ever.
TEST_CASE("a lost envelope is withheld from a suspended device too") {
    OneWaits waits;
    waits.world.suspend("ops");
    CHECK(waits.withhold().code == Errc::NotPermitted);
    waits.lose();
    CHECK_FALSE(waits.withhold().code);
    CHECK(waits.due().empty());
}

}  // namespace chapar::testing
