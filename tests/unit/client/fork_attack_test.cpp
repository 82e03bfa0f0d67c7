// Attacks by a centre that shows more than one history, with its genuine log key.
#include "tests/unit/client/ledger_desk.h"

namespace chapar::testing {
namespace {

using client::LedgerAlarmKind;

// The same centre with other entries, as long as `size`.
struct OtherHistory {
    World world;
    explicit OtherHistory(std::uint64_t size) {
        world.now = world.now + kDay;
        while (world.ledger->size() < size) world.log_time();
    }
};

}  // namespace

// Fails if keep_contradiction() raises no alarm, or submit() does not ask may_send().
TEST_CASE("attack: a ledger forked to two clients is proven, and nothing is sent any more") {
    LedgerDesk desk;
    OtherHistory other(desk.held().size.value);
    REQUIRE(other.world.ledger->size() == desk.held().size.value);
    FakeBroker forked(other.world, desk.post);
    auto session = desk.session(forked);
    CHECK(error_of(session.open()) == Errc::HeadMismatch);
    CHECK(desk.has(LedgerAlarmKind::Fork));
    const auto evidence = reading(desk.store, [&](const storage::ReadTxn& txn) {
        return client::fork_evidence(txn, desk.world.card().log());
    });
    CHECK(evidence.verdict() == crypto::ForkEvidence::Verdict::Proven);
    CHECK(must(crypto::ForkEvidence::parse(evidence.text())).verdict() ==
          crypto::ForkEvidence::Verdict::Proven);

    // Back on the first line: still nothing leaves this device.
    FakeBroker again(desk.world, desk.post);
    auto line = desk.session(again);
    must(line.open());
    must(line.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO"}));
    CHECK(error_of(line.submit()) == Errc::ForkDetected);
    CHECK(must(line.renew_bundle()) == client::BundleOutcome::Fresh);
    CHECK(must(line.push_statements()).logged == 0);
    CHECK(desk.item(number).attempts == 0);
    desk.confirm();
    CHECK(must(line.submit()).logged == std::vector{number});
}

TEST_CASE("attack: a larger history that does not continue the one held stops sending") {
    LedgerDesk desk;
    OtherHistory other(desk.held().size.value + 5);
    FakeBroker forked(other.world, desk.post);
    auto session = desk.session(forked);
    CHECK(error_of(session.open()) == Errc::HeadMismatch);
    CHECK(desk.has(LedgerAlarmKind::NoGrowth));
    CHECK(reading(desk.store, [&](const storage::ReadTxn& txn) {
              return client::fork_evidence(txn, desk.world.card().log());
          }).verdict() == crypto::ForkEvidence::Verdict::NotProvenByItself);
}

TEST_CASE("attack: a ledger that was set back is told, and its head is not taken") {
    LedgerDesk desk;
    const auto held = desk.held();
    const World old;  // as the centre was before the desk was enrolled
    REQUIRE(old.ledger->size() < held.size.value);
    desk.broker.push(schemas::Directory{{old.ledger->note(), {}}, {}, EntryIndex(0), true});
    CHECK(error_of(desk.line.sync_directory()) == Errc::HeadMismatch);
    CHECK(desk.has(LedgerAlarmKind::RolledBack));
    CHECK(desk.held() == held);
}

// The honest broker of a restored copy: it does not know the note that this device presents.
TEST_CASE("a broker that does not know the device's head shows the one it has, as evidence") {
    LedgerDesk desk;
    OtherHistory other(desk.held().size.value);
    for (const Errc code : {Errc::HeadUnknown, Errc::HeadMismatch}) {
        desk.confirm();
        FakeBroker restored(other.world, desk.post);
        restored.refuse_hello = schemas::ErrorFrame{std::string(text_of(code).code), ""};
        auto session = desk.session(restored);
        CHECK(error_of(session.open()) == code);
        CHECK(desk.has(LedgerAlarmKind::RolledBack));
        // A bare word does not stop this device; the head that the log signed does.
        CHECK_FALSE(desk.has(LedgerAlarmKind::Fork));
        auto second = desk.session(restored);
        CHECK(error_of(second.open(client::Session::Presenting::Nothing)) == Errc::HeadMismatch);
        CHECK(desk.has(LedgerAlarmKind::Fork));
    }
}

TEST_CASE("attack: PROOFS under an older head of another history are evidence of a fork") {
    LedgerDesk desk;
    const auto number = desk.send();
    OtherHistory other(desk.held().size.value);
    desk.broker.prover.bend = [&](schemas::Proofs& frame) {
        const std::string note = other.world.ledger->note_at(desk.held().size.value - 1);
        frame.head.checkpoint = note + desk.broker.prover.line(desk.broker.prover.first(), note) +
                                desk.broker.prover.line(desk.broker.prover.second(), note);
    };
    desk.broker.publish();
    CHECK(error_of(desk.line.sync_directory()) == Errc::HeadMismatch);
    CHECK(desk.has(LedgerAlarmKind::NoGrowth));
    CHECK(desk.stage(number) == client::WitnessStage::Logged);
}

TEST_CASE("alarms of one kind are bounded, and a fork is told all the same") {
    LedgerDesk desk;
    in_txn(desk.store, [&](storage::Txn& txn) -> Status {
        for (std::uint64_t i = 0; i < 1000; ++i) {
            CHAPAR_TRY(client::raise_alarm(txn, {LedgerAlarmKind::HeadBeyond, client::number_key(i),
                                                 desk.world.now, "a made-up head"}));
        }
        return client::raise_alarm(txn,
                                   {LedgerAlarmKind::Fork, {}, desk.world.now, "two histories"});
    });
    CHECK(desk.alarms().size() == 257);
    CHECK(desk.has(LedgerAlarmKind::Fork));
    desk.confirm();
    CHECK(desk.alarms().empty());
}

}  // namespace chapar::testing
