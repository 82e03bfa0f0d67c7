#include "tests/unit/client/fake_broker.h"

namespace chapar::testing {

TEST_CASE("a session syncs, publishes its bundle once and sends what waits") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    CHECK(must(session.sync_directory()).alarms.empty());
    CHECK(must(session.renew_bundle()) == client::BundleOutcome::Published);
    CHECK(must(session.sync_directory()).alarms.empty());
    CHECK(must(session.renew_bundle()) == client::BundleOutcome::Fresh);
    const auto number = desk.write(World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    const auto report = must(session.submit());
    CHECK(report.logged == std::vector{number});
    CHECK(report.alarms.empty());
    CHECK(desk.item(number).stage == schemas::Stage::Logged);
}

TEST_CASE("after a lost answer the same bytes go again and the first outcome counts") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    broker.lose_outcomes = true;
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO"}));
    CHECK(error_of(session.submit()) == Errc::Unreachable);
    CHECK(desk.item(number).stage == schemas::Stage::OnThisComputer);
    const auto first = std::get<schemas::Submit>(broker.sent.back());
    broker.lose_outcomes = false;
    auto again = desk.session(broker);
    must(again.open());
    CHECK(must(again.submit()).logged.size() == 1);
    // Behind it the receipts are asked for again.
    CHECK(std::get<schemas::Submit>(broker.sent.at(broker.sent.size() - 2)) == first);
    CHECK(desk.item(number).attempts == 2);
}

TEST_CASE("an outcome whose proofs come in two frames is one receipt") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    broker.in_pieces = true;
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    CHECK(must(session.submit()).logged == std::vector{number});
}

TEST_CASE("a receipt that does not prove this envelope leaves it on this computer") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    broker.forge_receipts = true;
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO"}));
    const auto report = must(session.submit());
    CHECK(report.logged.empty());
    CHECK(report.alarms.size() == 1);
    CHECK(desk.item(number).stage == schemas::Stage::OnThisComputer);
}

TEST_CASE("a delivery newer than the directory is synced first, then settled and confirmed") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    must(session.renew_bundle());
    desk.world.sync(desk.world.af);
    desk.world.log_time();  // the session has not seen this
    const auto number = desk.world.compose(desk.world.af, World::alert({"TJ-NPJ-BLO"}));
    const auto bytes = desk.world.bytes_of(desk.world.af, number);
    const auto at = desk.world.accept(desk.world.af, bytes);
    broker.deliver(desk.world.delivery(desk.post, bytes, at));
    const auto reports = must(session.take_deliveries(kSecond));
    REQUIRE(reports.size() == 1);
    CHECK(reports.front().reception == client::Reception::Settled);
    CHECK(reading(desk.store, [](const storage::ReadTxn& txn) {
              return client::pending_statements(txn);
          }).empty());
    CHECK(must(session.take_deliveries(kSecond)).empty());
}

// Fails if answer() keeps whatever comes before the answer it waits for: a broker fills the memory
// of a device while it syncs.
TEST_CASE("attack: deliveries beyond the credit end the session, those within it wait") {
    const std::uint32_t granted = client::SessionOptions().credit;
    for (const std::uint32_t credit : {std::uint32_t{0}, granted}) {
        Desk desk;
        FakeBroker broker(desk.world, desk.post);
        auto session = desk.session(broker);
        must(session.open());
        must(session.sync_directory());
        must(session.renew_bundle());
        desk.world.sync(desk.world.af);
        const auto number = desk.world.compose(desk.world.af, World::alert({"TJ-NPJ-BLO"}));
        const auto bytes = desk.world.bytes_of(desk.world.af, number);
        const auto mail =
            desk.world.delivery(desk.post, bytes, desk.world.accept(desk.world.af, bytes));
        if (credit > 0) CHECK(must(session.take_deliveries(DurationMs(0))).empty());  // grants it
        for (std::uint32_t i = 0; i < credit; ++i) broker.deliver(mail);
        must(session.sync_directory());
        broker.deliver(mail);
        const auto beyond = session.sync_directory();
        CHECK(error_of(beyond) == Errc::MalformedFrame);
        CHECK(beyond.error().context == "deliveries beyond the credit");
    }
}

// Fails if the consistency proof is not checked, or if the session keeps no evidence.
TEST_CASE("a broker that shows another history ends the session and leaves evidence") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    World other;  // the same keys, another ledger: what a forked broker would show
    other.log_time();
    for (int i = 0; i < 8; ++i) other.log_time();
    FakeBroker forked(other, desk.post);
    auto second = desk.session(forked);
    CHECK(error_of(second.open()) == Errc::HeadMismatch);
    CHECK(reading(desk.store, [](const storage::ReadTxn& txn) {
              return client::evidence(txn);
          }).size() == 2);
}

// Fails if tidy_epochs() leaves any key that epochs_over() names, or only forgets it in memory.
TEST_CASE("a session of many weeks destroys the keys of days that are over, on the disk too") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    must(session.renew_bundle());
    must(session.sync_directory());  // which tells for how long its keys are kept
    const auto before = desk.home.epochs().size();
    CHECK(must(session.tidy_epochs()) == 0);
    desk.world.now = desk.world.now + kDay * 50;
    const auto gone = must(session.tidy_epochs());
    CHECK(gone > 0);
    CHECK(gone < before);  // those of its last days may still be asked for
    CHECK(desk.home.epochs().size() == before - gone);
    CHECK(must(client::DeviceHome::open(desk.folder.paths(), passphrase())).epochs().size() ==
          before - gone);
    CHECK(must(session.tidy_epochs()) == 0);
}

TEST_CASE("a silent broker is unreachable") {
    struct Silent final : client::Transport {
        explicit Silent(World& in) : world(in) {}
        Status send(ByteView) override { return Done{}; }
        Result<std::optional<Bytes>> receive(DurationMs patience) override {
            world.waited = DurationMs(world.waited.value + patience.value);
            return std::optional<Bytes>();
        }
        World& world;
    };
    Desk desk;
    Silent silent(desk.world);
    client::Session session(
        {desk.store, desk.home, silent, desk.clock, desk.world.random, *desk.blobs});
    CHECK(error_of(session.open()) == Errc::Unreachable);
}

// Fails if a deadline goes by now(): it comes ten times as late.
TEST_CASE("a clock that is set back while the session waits makes no wait longer") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    desk.write(World::alert({"AF-SKB-BLO"}));
    broker.lose_outcomes = true;
    broker.wakes_after = kSecond;
    broker.set_back = DurationMs(900);
    const DurationMs before = desk.world.waited;
    CHECK(error_of(session.submit()) == Errc::Unreachable);
    CHECK(desk.world.waited.value - before.value == client::SessionOptions{}.answer_patience.value);
}

}  // namespace chapar::testing
