// What this device confirmed, and the broker does not log: when that is told, whatever the clocks
// do.
#include "tests/unit/client/ledger_desk.h"

namespace chapar::testing {
namespace {

using client::LedgerAlarmKind;
using client::WitnessStage;

}  // namespace

TEST_CASE("a signed confirmation that the broker does not log in 60 seconds is told") {
    LedgerDesk desk;
    in_txn(desk.store, [&](storage::Txn& txn) {
        return client::queue_statement(
            txn, {crypto::DeliveryEvent::Delivered, EnvelopeHash{}, desk.post.certificate,
                  EntryIndex(1), desk.world.now, 0});
    });
    desk.broker.refuse_statements = true;
    CHECK(must(desk.line.push_statements()).waiting == 1);
    must(desk.line.sync_directory());
    CHECK(desk.alarms().empty());
    desk.world.pass(kMinute);
    must(desk.line.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::DeliveryUnlogged));
}

// Fails if one of the three is counted by the device's own clock (seed 14333 of the simulator).
TEST_CASE("a clock that is put right by more than a minute makes nothing late") {
    LedgerDesk desk;
    const auto number = desk.send();
    in_txn(desk.store, [&](storage::Txn& txn) -> Status {
        CHAPAR_TRY(client::queue_statement(
            txn, {crypto::DeliveryEvent::Delivered, EnvelopeHash{}, desk.post.certificate,
                  EntryIndex(1), desk.world.now, 0}));
        CHAPAR_TRY(client::heed_named_head(txn,
                                           {{{}, {}, TreeSize(2), Hash{}},
                                            desk.world.af.certificate,
                                            EnvelopeHash{},
                                            EntryIndex(3)},
                                           desk.world.now));
        return Done{};
    });
    desk.broker.prover.silent = true;
    desk.broker.refuse_statements = true;
    CHECK(must(desk.line.push_statements()).waiting == 1);
    must(desk.line.sync_directory());
    desk.world.now = desk.world.now + kMinute * 5;
    must(desk.line.push_statements());
    must(desk.line.sync_directory());
    CHECK(desk.stage(number) == WitnessStage::Logged);
    CHECK_FALSE(desk.has(LedgerAlarmKind::ReceiptLate));
    CHECK_FALSE(desk.has(LedgerAlarmKind::HeadUnproven));
    CHECK_FALSE(desk.has(LedgerAlarmKind::DeliveryUnlogged));
    // Nor does one that is set back keep it from being late.
    desk.world.pass(kMinute);
    desk.world.now = TimeMs(desk.world.now.value - kHour.value);
    must(desk.line.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::ReceiptLate));
    CHECK(desk.has(LedgerAlarmKind::HeadUnproven));
    CHECK(desk.has(LedgerAlarmKind::DeliveryUnlogged));
}

// Fails if is_ahead() is not asked, or does not end (seed 191 of the simulator).
TEST_CASE("a confirmation dated by a clock that was ahead is late when its time has come") {
    LedgerDesk desk;
    in_txn(desk.store, [&](storage::Txn& txn) {
        return client::queue_statement(
            txn, {crypto::DeliveryEvent::Delivered, EnvelopeHash{}, desk.post.certificate,
                  EntryIndex(1), desk.world.now + kMinute * 12, 0});
    });
    const auto look = [&] {
        FakeBroker broker(desk.world, desk.post);
        broker.refuse_statements = true;
        broker.refuses_with = Errc::ClockAhead;
        auto session = desk.session(broker);
        must(session.open());
        must(session.push_statements());
        must(session.sync_directory());
        return desk.has(LedgerAlarmKind::DeliveryUnlogged);
    };
    CHECK_FALSE(look());
    desk.world.pass(kMinute * 7);  // the broker takes what is five minutes ahead
    CHECK_FALSE(look());
    desk.world.pass(DurationMs(kMinute.value - 1));
    CHECK_FALSE(look());
    desk.world.pass(DurationMs(1));
    CHECK(look());
}

// Fails if the broker's clock is taken to run on since it greeted (seed 2666 of the simulator): one
// that was set back stands until it has come so far again.
TEST_CASE("what a broker with a standing clock refuses as ahead is not late in that session") {
    LedgerDesk desk;
    in_txn(desk.store, [&](storage::Txn& txn) {
        return client::queue_statement(
            txn, {crypto::DeliveryEvent::Delivered, EnvelopeHash{}, desk.post.certificate,
                  EntryIndex(1), desk.world.now + kMinute * 6, 0});
    });
    desk.broker.refuse_statements = true;
    desk.broker.refuses_with = Errc::ClockAhead;
    for (int minute = 0; minute < 4; ++minute) {
        must(desk.line.push_statements());
        must(desk.line.sync_directory());
        CHECK_FALSE(desk.has(LedgerAlarmKind::DeliveryUnlogged));
        desk.world.pass(kMinute);
    }
    // Nor can it hide so for ever.
    desk.world.pass(kDay);
    desk.world.pass(kMinute * 2);
    must(desk.line.push_statements());
    must(desk.line.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::DeliveryUnlogged));
}

// Fails if what an earlier session handed over begins its minute again in the next.
TEST_CASE("short sessions a minute apart tell of a confirmation that the broker does not log") {
    LedgerDesk desk;
    in_txn(desk.store, [&](storage::Txn& txn) {
        return client::queue_statement(
            txn, {crypto::DeliveryEvent::Delivered, EnvelopeHash{}, desk.post.certificate,
                  EntryIndex(1), desk.world.now, 0});
    });
    const auto one_command = [&] {
        FakeBroker broker(desk.world, desk.post);
        broker.refuse_statements = true;
        auto session = desk.session(broker);
        must(session.open());
        must(session.sync_directory());
        must(session.push_statements());
        must(session.sync_directory());
    };
    one_command();
    desk.world.now = desk.world.now + kMinute * 5;  // set
    one_command();
    CHECK_FALSE(desk.has(LedgerAlarmKind::DeliveryUnlogged));
    desk.world.now = TimeMs(desk.world.now.value - (kMinute * 5).value);
    desk.world.pass(kMinute);
    one_command();
    CHECK(desk.has(LedgerAlarmKind::DeliveryUnlogged));
}

}  // namespace chapar::testing
