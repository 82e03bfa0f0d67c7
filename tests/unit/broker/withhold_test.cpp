// All that waits for a revoked device is withheld, however much it is.
#include <doctest/doctest.h>

#include "broker/core/withhold.h"
#include "crypto/envelope.h"
#include "schemas/header_codec.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

constexpr std::size_t kRows = 5000;

// A device with kRows waiting envelopes. They are copies of one with other message ids: the fold
// takes what ingress has checked as it is.
struct FullMailbox {
    World world{StoreKind::Memory, 51};

    FullMailbox() {
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
        const SentEnvelope sent = world.seal(plan);
        REQUIRE_FALSE(world.submit(sent).code);
        const auto* first = std::get_if<broker::Submit>(&world.operations.back().body);
        REQUIRE(first != nullptr);
        fill(*first);
    }

    void fill(const broker::Submit& model) {
        std::vector<broker::Operation> operations;
        for (std::size_t i = 1; i < kRows; ++i) {
            auto statement = crypto::EnvelopeStatement::decode(model.envelope).value();
            auto header = schemas::decode_header(statement.header).value();
            header.message_id = world.fresh_message_id();
            statement.header = schemas::encode_header(header);
            broker::Submit copy = model;
            copy.envelope = statement.encode();
            operations.push_back({{world.now, broker::Clock::Disciplined}, std::move(copy)});
        }
        tick(operations);
    }

    std::vector<broker::Outcome> tick(const std::vector<broker::Operation>& operations) {
        auto txn = world.store().begin_write().value();
        auto outcomes = broker::fold(*txn, world.frontier, operations, world.keys, world.random);
        REQUIRE(outcomes);
        REQUIRE(std::move(*txn).commit());
        return std::move(*outcomes);
    }
    [[nodiscard]] std::uint32_t waiting() {
        return broker::waiting_count(*world.read(), world.device_named("ops").hash).value();
    }
};

// Fails if withholds_due ends before the mailbox is empty, or forgets it after a restart.
TEST_CASE("5,000 rows that wait for a revoked device are all withheld, across a restart") {
    FullMailbox full;
    REQUIRE(full.waiting() == kRows);
    CHECK(broker::withholds_due(*full.world.read(), 10).value().empty());
    CHECK_FALSE(full.world.revoke("ops").code);
    std::size_t withheld = 0;
    for (std::size_t turn = 0; turn < 20; ++turn) {
        if (turn == 2) full.world.restart();
        const auto due = broker::withholds_due(*full.world.read(), 512).value();
        if (due.empty()) break;
        CHECK(due.size() <= 512);
        std::vector<broker::Operation> operations;
        for (const broker::Withhold& one : due) {
            operations.push_back({{full.world.now, broker::Clock::Disciplined}, one});
        }
        for (const broker::Outcome& outcome : full.tick(operations)) {
            withheld += outcome.code ? 0 : 1;
        }
    }
    CHECK(withheld == kRows);
    CHECK(full.waiting() == 0);
    CHECK(broker::withholds_due(*full.world.read(), 10).value().empty());
}

TEST_CASE("nothing is due for a device that is suspended, or was revoked with nothing waiting") {
    World world(StoreKind::Memory, 52);
    world.agency("CARICC");
    world.office("KZ-OPS", "CARICC", "KZ", crypto::office_role::kLiaison);
    world.device("ops", "KZ-OPS");
    world.device("empty", "KZ-OPS");
    world.suspend("ops");
    world.revoke("empty");
    CHECK(broker::withholds_due(*world.read(), 10).value().empty());
}

}  // namespace
}  // namespace chapar::testing
