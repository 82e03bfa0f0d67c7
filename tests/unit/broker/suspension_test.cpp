// Suspension: slips signed in advance, a device's own alarm, and reinstatement. What a suspended
// device's mail comes to is told by tests/scenarios/suspended-*.scenario.
#include <doctest/doctest.h>

#include "broker/core/directory.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

struct Post {
    World world{StoreKind::Memory, 41};

    Post() {
        world.agency("CARICC");
        world.office("KZ-OPS", "CARICC", "KZ", crypto::office_role::kLiaison);
        world.device("ops", "KZ-OPS");
        world.device("duty", "KZ-OPS");
        world.rule("CARICC", {"export.any",
                              crypto::PolicyDirection::Export,
                              crypto::PolicyEffect::Permit,
                              {},
                              3,
                              {},
                              {}});
        world.rule("CARICC", {"import.any",
                              crypto::PolicyDirection::Import,
                              crypto::PolicyEffect::Permit,
                              {},
                              3,
                              {},
                              {}});
    }
    [[nodiscard]] const AgencySigners& signers() const {
        return world.agency_named("CARICC").signers;
    }
    [[nodiscard]] CertificateHash ops() const { return world.device_named("ops").hash; }
    void refuses(const crypto::SignedRecord& record, Errc code) {
        const auto outcome = world.put(record);
        CHECK(outcome.code == code);
        CHECK(outcome.count == 0);
    }
    broker::Outcome send() { return world.submit(world.seal(plan())); }
    [[nodiscard]] static SendPlan plan() {
        SendPlan mail;
        mail.from = "ops";
        mail.to = {"KZ-OPS"};
        return mail;
    }
};

// Fails if decide_repeated answers a used slip as a duplicate.
TEST_CASE("a slip works once: published again after the reinstatement it is refused") {
    Post post;
    const auto slip = post.world.slip("ops");
    CHECK_FALSE(post.world.put(slip).code);
    // While it is in force the answer is the first one.
    const auto again = post.world.put(slip);
    CHECK_FALSE(again.code);
    CHECK(again.freshness == broker::Freshness::Duplicate);
    CHECK_FALSE(post.world.put(post.signers().reinstate(post.ops(), slip.hash())).code);
    post.refuses(slip, Errc::SlipUsed);
    CHECK(broker::in_force(*post.world.read(), post.ops(), post.world.now));
    // The same slip with the device's own signature instead is the same slip.
    auto own = slip;
    own.signatures.clear();
    own.sign(post.world.device_named("ops").key);
    post.refuses(own, Errc::SlipUsed);
    CHECK_FALSE(post.world.put(post.world.slip("ops")).code);
}

// Fails if decide_suspend does not ask for the slip's times.
TEST_CASE("a slip works within its times only") {
    Post post;
    const TimeMs now = post.world.now;
    const auto early = post.signers().suspend(post.ops(), {now + kHour, now + kDay}, 5);
    post.refuses(early, Errc::SlipTimes);
    post.refuses(post.signers().suspend(post.ops(), {TimeMs(1), now}, 6), Errc::SlipTimes);
    post.world.now = now + kHour;
    CHECK_FALSE(post.world.put(early).code);
}

TEST_CASE("a device suspends itself with its own signature, and nobody else with it") {
    Post post;
    auto stolen = post.world.slip("ops");
    stolen.signatures.clear();
    stolen.sign(post.world.device_named("duty").key);
    post.refuses(stolen, Errc::CertificateNotSigned);
    auto half = post.world.slip("ops");
    half.signatures.pop_back();
    post.refuses(half, Errc::CertificateNotSigned);
    const auto outcome = post.world.suspend_itself("ops");
    CHECK_FALSE(outcome.code);
    REQUIRE(outcome.effects.suspended.size() == 1);
    CHECK(outcome.effects.suspended.front() == post.ops());
    CHECK(outcome.effects.ended.empty());
    // It needs no registrars to raise the alarm, but them to end it.
    auto by_itself = post.signers().reinstate(post.ops(), outcome.about);
    by_itself.signatures.clear();
    by_itself.sign(post.world.device_named("ops").key);
    post.refuses(by_itself, Errc::CertificateNotSigned);
}

TEST_CASE("a device raises its own alarm though the registrars' two years are over") {
    Post post;
    post.world.device("late", "KZ-OPS", kDay * 300);
    post.world.now = post.signers().registrars.validity.to;
    post.refuses(post.world.slip("late"), Errc::CertificateExpired);
    CHECK_FALSE(post.world.suspend_itself("late").code);
}

// Fails if in_force does not look at the suspension.
TEST_CASE("a suspended device cannot do anything, and a reinstated one can again") {
    Post post;
    const auto before = post.send();
    REQUIRE_FALSE(before.code);
    post.world.suspend("ops");
    CHECK(broker::in_force(*post.world.read(), post.ops(), post.world.now).error().code ==
          Errc::CertificateSuspended);
    const auto refused = post.send();
    CHECK(refused.code == Errc::CertificateSuspended);
    const auto& ops = post.world.device_named("ops");
    crypto::PrekeyBundle bundle = ops.bundle;
    bundle.sequence = 2;
    bundle.previous = ops.bundle_hash;
    crypto::SignedRecord record{crypto::RecordType::Bundle, bundle.encode(), {}};
    record.sign(ops.key);
    post.refuses(record, Errc::CertificateSuspended);
    CHECK_FALSE(post.world.reinstate("ops").code);
    CHECK_FALSE(post.send().code);
    CHECK_FALSE(post.world.put(record).code);
}

TEST_CASE("a reinstatement ends the suspension it names and no other") {
    Post post;
    const auto first = post.world.suspend("ops");
    CHECK_FALSE(post.world.reinstate("ops").code);
    post.world.suspend("ops");
    post.refuses(post.signers().reinstate(post.world.device_named("duty").hash, first.about),
                 Errc::RecordRefused);
    // The record that ended the first is in the ledger: it does not end the second.
    const auto old = post.world.put(post.signers().reinstate(post.ops(), first.about));
    CHECK(old.freshness == broker::Freshness::Duplicate);
    CHECK_FALSE(broker::in_force(*post.world.read(), post.ops(), post.world.now));
    CHECK_FALSE(post.world.reinstate("ops").code);
}

// Fails if the fold's view of the directory is not forgotten after a record, or if KeyNeeds names
// the keys of two equal envelopes twice.
TEST_CASE("a record counts for the next operation of its own tick") {
    Post post;
    std::vector<broker::Operation> batch;
    const auto operation = [&](broker::OperationBody body) {
        batch.push_back({{post.world.now}, std::move(body)});
    };
    const auto submission = [&] {
        const SentEnvelope sent = post.world.seal(post.plan());
        auto verdicts = broker::Ingress::check(schemas::Submit{{}, {sent.frame}},
                                               post.world.session_of("ops"), post.world)
                            .value();
        operation(std::move(verdicts.front().operation).value().stamped({}).body);
    };
    submission();
    operation(broker::PutRecord{post.world.slip("ops").encode()});
    submission();
    {
        const auto before = post.world.read();
        broker::KeyNeeds needs(*before);
        CHECK_FALSE(needs.of(batch[0]).value().empty());
        CHECK(needs.of(batch[2]).value().empty());
    }
    REQUIRE_FALSE(post.send().code);  // which opens them

    auto txn = post.world.store().begin_write().value();
    broker::Frontier next = post.world.frontier;
    const auto outcomes =
        broker::fold(*txn, next, batch, post.world.keys, post.world.random).value();
    CHECK_FALSE(outcomes[0].code);
    CHECK_FALSE(outcomes[1].code);
    CHECK(outcomes[2].code == Errc::CertificateSuspended);
    CHECK(outcomes[0].made.size() == outcomes[0].count);
}

}  // namespace
}  // namespace chapar::testing
