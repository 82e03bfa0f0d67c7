#include "tests/unit/client/ledger_desk.h"

namespace chapar::testing {
namespace {

using client::LedgerAlarmKind;
using client::WitnessStage;

}  // namespace

// Fails if settle_row() does not upgrade the stored receipt.
TEST_CASE("a receipt is witnessed when a quorum has signed a head that holds its entries") {
    LedgerDesk desk;
    const auto number = desk.send();
    CHECK(desk.stage(number) == WitnessStage::Logged);
    desk.world.now = desk.world.now + kSecond;
    desk.broker.publish();
    CHECK(must(desk.line.await_proofs(kSecond)) == client::Session::Proven::All);
    CHECK(desk.stage(number) == WitnessStage::Witnessed);
    const auto policy = desk.broker.prover.policy();
    for (const auto& receipt : desk.receipts(number)) {
        const auto proof = must(crypto::TlogProof::parse(receipt.text));
        must(crypto::check_tlog_proof(proof, proof.extra, desk.world.card().log()));
        CHECK(must(crypto::open_witnessed(proof.checkpoint, desk.world.card().log(), policy)).met);
        const auto body = must(client::check_receipt_file(
            receipt.text, {receipt.body, receipt.salt}, desk.world.card().log()));
        CHECK(body.envelope_hash == desk.item(number).hash);
        CHECK(receipt.witnessed->value == desk.world.now.value / 1000 * 1000);
    }
}

TEST_CASE("proofs that come between other answers, about an older head, are taken") {
    LedgerDesk desk;
    const auto number = desk.send();
    desk.broker.prover.cosign();
    desk.world.log_time();  // the session sees a newer head first
    must(desk.line.sync_directory());
    const auto newest = desk.held();
    desk.broker.publish();
    desk.broker.prover.cosign();
    must(desk.line.fetch_events());
    CHECK(desk.stage(number) == WitnessStage::Witnessed);
    CHECK(desk.held().size >= newest.size);
}

TEST_CASE("what was not witnessed is asked for again at the next connection") {
    LedgerDesk desk;
    const auto number = desk.send();
    desk.broker.prover.cosign();
    FakeBroker again(desk.world, desk.post);
    again.prover.cosign();
    auto session = desk.session(again);
    must(session.open());
    must(session.sync_directory());
    CHECK(desk.stage(number) == WitnessStage::Witnessed);
}

// Fails if an ERROR that answers PROOFS_ASK ends the session, or if what was asked for beside that
// entry is given up with it.
TEST_CASE("an awaited entry that the broker does not find ends no session, and is told") {
    LedgerDesk desk;
    const auto number = desk.send();
    const auto receipts = desk.receipts(number);
    REQUIRE(receipts.size() == 2);
    FakeBroker again(desk.world, desk.post);
    again.prover.unknown = {receipts.front().index};
    again.prover.cosign();
    auto session = desk.session(again);
    must(session.open());
    must(session.sync_directory());
    must(session.fetch_events());
    CHECK(desk.has(LedgerAlarmKind::EntryMissing));
    CHECK_FALSE(desk.receipts(number).front().witnessed);
    CHECK(desk.receipts(number).back().witnessed);
    // It is asked for again, and the alarm ends when it is shown.
    again.prover.unknown.clear();
    auto later = desk.session(again);
    must(later.open());
    must(later.sync_directory());
    must(later.fetch_events());
    CHECK_FALSE(desk.has(LedgerAlarmKind::EntryMissing));
    CHECK(desk.stage(number) == WitnessStage::Witnessed);
}

// Fails where `next` is believed: the device would never ask for what comes before it.
TEST_CASE("a broker that sends the device beyond its signed head is refused") {
    LedgerDesk desk;
    desk.broker.beyond = 1;
    CHECK(error_of(desk.line.sync_directory()) == Errc::MalformedFrame);
    CHECK(error_of(desk.line.fetch_events()) == Errc::MalformedFrame);
    desk.broker.beyond = 0;
    must(desk.line.sync_directory());
    must(desk.line.fetch_events());
}

// Fails if an event that a broken row kept from being judged is passed over.
TEST_CASE("what a damaged row keeps from being judged is asked for again") {
    LedgerDesk desk;
    const auto number = desk.send({"AF-SKB-BLO"});
    const Post& recipient = desk.world.af;
    const crypto::DeliveryStatement statement{
        crypto::DeliveryEvent::Delivered, desk.item(number).hash, recipient.certificate,
        *desk.item(number).entry,         desk.world.now,         0};
    const auto batch = crypto::sign_statements({}, {&statement, 1}, recipient.key);
    const auto index =
        desk.world.log_statement(recipient, statement, batch.item(0), statement.accepted);
    desk.broker.events = {desk.world.ledger->proof(index)};
    const storage::Table raw{client::tables::kOutboxHashes.name, storage::Framing::Raw};
    const EnvelopeHash key = desk.item(number).hash;
    const auto turn_a_bit = [&] {
        in_txn(desk.store, [&](storage::Txn& txn) -> Status {
            const auto stored = CHAPAR_TRY(txn.get(raw, key.view()));
            Bytes row = to_bytes(*stored);
            row.back() ^= std::byte{1};
            return txn.put(raw, key.view(), row);
        });
    };
    turn_a_bit();
    CHECK(error_of(desk.line.fetch_events()) == Errc::StoreDamaged);
    turn_a_bit();
    must(desk.line.sync_directory());
    const auto report = must(desk.line.fetch_events());
    CHECK(report.alarms.empty());
    CHECK(desk.item(number).offices.front().stage == schemas::Stage::Delivered);
}

TEST_CASE("not.found ends a session that asked for no proofs") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    broker.push(schemas::ErrorFrame{std::string(text_of(Errc::NotFound).code), "entry"});
    CHECK(error_of(session.sync_directory()) == Errc::NotFound);
}

// Fails if judge_awaited() does not compare with limits::kWitnessedBy, or does not lift.
TEST_CASE("a receipt that no quorum has signed in 60 seconds is told, until it comes") {
    LedgerDesk desk;
    const auto number = desk.send();
    must(desk.line.sync_directory());
    desk.world.pass(kSecond * 59);
    must(desk.line.sync_directory());
    CHECK_FALSE(desk.has(LedgerAlarmKind::ReceiptLate));
    desk.world.pass(kSecond);
    must(desk.line.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::ReceiptLate));
    CHECK(desk.stage(number) == WitnessStage::Late);
    // The entry itself is shown: only the witnesses are missing.
    CHECK_FALSE(desk.has(LedgerAlarmKind::EntryMissing));
    // Told once: what a person has confirmed is not raised again.
    desk.confirm();
    must(desk.line.sync_directory());
    CHECK(desk.alarms().empty());
    const auto second = desk.send({"AF-SKB-BLO"});
    must(desk.line.sync_directory());
    desk.world.pass(kMinute);
    must(desk.line.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::ReceiptLate));
    desk.broker.publish();
    must(desk.line.sync_directory());
    CHECK(desk.alarms().empty());
    CHECK(desk.stage(second) == WitnessStage::Witnessed);
}

TEST_CASE("without a policy logged is the last stage, and nothing is late") {
    LedgerDesk desk(Policy::None);
    const auto number = desk.send();
    desk.broker.publish();
    CHECK(must(desk.line.await_proofs(kSecond)) == client::Session::Proven::All);
    desk.world.pass(kMinute * 5);
    must(desk.line.sync_directory());
    CHECK(desk.stage(number) == WitnessStage::Logged);
    CHECK(desk.alarms().empty());
}

TEST_CASE("a policy that comes later asks for what was logged before it") {
    LedgerDesk desk(Policy::None);
    const auto number = desk.send();
    must(desk.line.sync_directory());
    in_txn(desk.store, [&](storage::Txn& txn) { return client::await_all_receipts(txn); });
    desk.witnesses = desk.broker.prover.policy();
    FakeBroker again(desk.world, desk.post);
    again.prover.cosign();
    auto session = desk.session(again);
    must(session.open());
    must(session.sync_directory());
    CHECK(desk.stage(number) == WitnessStage::Witnessed);
}

TEST_CASE("a policy for another log is refused, and the home keeps the one it had") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    const auto paths = desk.folder.paths();
    const auto& card = desk.world.card();
    CHECK_FALSE(must(client::held_policy(paths, card)).has_value());
    must(client::keep_policy(paths, card, broker.prover.policy_text()));
    World other("chapar.other/ledger/1");
    FakeBroker elsewhere(other, desk.post);
    CHECK(error_of(client::keep_policy(paths, card, elsewhere.prover.policy_text())) ==
          Errc::ConfigInvalid);
    CHECK(error_of(client::keep_policy(paths, card, "quorum none\n")) == Errc::ConfigInvalid);
    CHECK(must(client::held_policy(paths, card))->witnesses().size() == 2);
}

TEST_CASE("a recipient and its signed confirmation are witnessed too") {
    LedgerDesk desk;
    desk.world.sync(desk.world.af);
    const auto number = desk.world.compose(desk.world.af, World::alert({"TJ-NPJ-BLO"}));
    const auto bytes = desk.world.bytes_of(desk.world.af, number);
    desk.broker.deliver(
        desk.world.delivery(desk.post, bytes, desk.world.accept(desk.world.af, bytes)));
    const auto reports = must(desk.line.take_deliveries(kSecond));
    REQUIRE(reports.size() == 1);
    const auto waiting = reading(
        desk.store, [](const storage::ReadTxn& txn) { return client::awaited_proofs(txn, 100); });
    REQUIRE(waiting.size() == 2);
    CHECK(waiting[0].kind == client::AwaitedKind::Received);
    CHECK(waiting[1].kind == client::AwaitedKind::Statement);
    desk.broker.publish();
    CHECK(must(desk.line.await_proofs(kSecond)) == client::Session::Proven::All);
    CHECK(reading(desk.store, [&](const storage::ReadTxn& txn) {
              return client::witness_state(txn, waiting[0].envelope);
          }).stage == WitnessStage::Witnessed);
}

// Every row is a note that must not count, though the log's own signature and the path are right.
TEST_CASE("attack: notes without the quorum of the policy leave the receipt at logged") {
    struct Row {
        const char* what;
        std::function<std::string(LedgerDesk&, const std::string&)> note;
        std::optional<Errc> ends;  // the session
    };
    const std::vector<Row> rows{
        {"no cosignature", [](LedgerDesk&, const std::string& note) { return note; }, {}},
        {"quorum not met",
         [](LedgerDesk& desk, const std::string& note) {
             return note + desk.broker.prover.line(desk.broker.prover.first(), note);
         },
         {}},
        {"an unknown witness",
         [](LedgerDesk& desk, const std::string& note) {
             const auto stranger = FakeProofs::witness("witness.test/3", 99);
             return note + desk.broker.prover.line(desk.broker.prover.first(), note) +
                    desk.broker.prover.line(stranger, note);
         },
         {}},
        {"a known name with another key",
         [](LedgerDesk& desk, const std::string& note) {
             const auto stranger = FakeProofs::witness("witness.test/2", 99);
             return note + desk.broker.prover.line(desk.broker.prover.first(), note) +
                    desk.broker.prover.line(stranger, note);
         },
         {}},
        {"the cosignature of another note, replayed",
         [](LedgerDesk& desk, const std::string& note) {
             const std::string old = desk.world.ledger->note_at(3);
             return note + desk.broker.prover.line(desk.broker.prover.first(), old) +
                    desk.broker.prover.line(desk.broker.prover.second(), old);
         },
         Errc::NoteInvalid},
        {"one witness twice",
         [](LedgerDesk& desk, const std::string& note) {
             const auto line = desk.broker.prover.line(desk.broker.prover.first(), note);
             return note + line + line;
         },
         {}},
        {"a bare number",
         [](LedgerDesk& desk, const std::string&) {
             return desk.world.card().log().name() + "\n999999\n" +
                    std::string("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
         },
         Errc::NoteInvalid},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        LedgerDesk desk;
        const auto number = desk.send();
        const std::string note = desk.world.ledger->note();
        desk.broker.prover.show(desk.world.ledger->size(), row.note(desk, note));
        const auto before = desk.held();
        std::uint64_t seen = before.size.value;
        desk.broker.push(desk.broker.prover.pushed(seen).value());
        const auto taken = desk.line.sync_directory();
        if (row.ends) CHECK(error_of(taken) == *row.ends);
        CHECK(desk.stage(number) == WitnessStage::Logged);
        CHECK(desk.held() == before);
        CHECK_FALSE(desk.has(LedgerAlarmKind::Fork));
    }
}

// Fails if take_proofs() does not look into what was asked for in this session.
TEST_CASE("attack: PROOFS for other entries end the session") {
    LedgerDesk desk;
    const auto number = desk.send();
    desk.broker.prover.bend = [&](schemas::Proofs& frame) {
        frame.proofs = {desk.world.ledger->proof(EntryIndex(1))};
    };
    desk.broker.publish();
    CHECK(error_of(desk.line.sync_directory()) == Errc::MalformedFrame);
    CHECK(desk.stage(number) == WitnessStage::Logged);
}

TEST_CASE("attack: PROOFS without end do not keep a device reading") {
    LedgerDesk desk;
    desk.send();
    for (int i = 0; i < 100; ++i) {
        desk.broker.push(schemas::Proofs{{desk.world.ledger->note(), {}}, {}});
    }
    CHECK(error_of(desk.line.sync_directory()) == Errc::MalformedFrame);
}

// Fails if settle_awaited() does not compare the leaf's hash with the receipt's.
TEST_CASE("attack: another leaf, or another path, in place of an own entry is told as missing") {
    for (const bool other_leaf : {true, false}) {
        LedgerDesk desk;
        const auto number = desk.send();
        desk.broker.prover.bend = [&](schemas::Proofs& frame) {
            if (frame.proofs.empty()) return;
            if (other_leaf) frame.proofs.front().leaf.back() ^= std::byte{1};
            if (!other_leaf) frame.proofs.front().path.front().bytes[0] ^= std::byte{1};
        };
        desk.broker.publish();
        must(desk.line.sync_directory());
        CHECK(desk.stage(number) == WitnessStage::Logged);
        CHECK(desk.has(LedgerAlarmKind::EntryMissing));
        CHECK(must(desk.line.submit()).alarms.empty());  // sending goes on
    }
}

// Fails if judge_proofs() forgets what was asked against any head.
TEST_CASE("attack: an own entry that the ledger does not show at a reconnect is told as missing") {
    LedgerDesk desk(Policy::None);
    desk.broker.prover.silent = true;
    const auto number = desk.send();
    FakeBroker again(desk.world, desk.post);
    again.prover.withheld.insert(*desk.item(number).entry);
    auto session = desk.session(again);
    must(session.open());
    must(session.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::EntryMissing));
    again.prover.withheld.clear();
    must(session.sync_directory());
    CHECK(desk.alarms().empty());
}

// Fails if the counts are not judged when no mail waits any more.
TEST_CASE(
    "envelopes that a sender has receipts for and that did not come are told, until they do") {
    LedgerDesk desk(Policy::None);
    World& world = desk.world;
    std::vector<std::pair<client::OutboxBytes, std::vector<EntryIndex>>> sent_mail;
    for (int i = 0; i < 3; ++i) {
        world.sync(world.af);
        const auto number = world.compose(world.af, World::alert({"TJ-NPJ-BLO"}));
        const auto bytes = world.bytes_of(world.af, number);
        const auto at = world.accept(world.af, bytes);
        world.sync(world.af);
        const auto sent = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
            return client::sent_envelope(txn, number, world.af.agency);
        });
        const auto receipt = must(client::verify_receipt(
            sent, world.proofs(at), world.ledger->head(), world.ledger->note()));
        in_txn(*world.af.store,
               [&](storage::Txn& txn) { return client::outbox_logged(txn, number, receipt); });
        sent_mail.emplace_back(bytes, at);
    }
    const auto deliver = [&](std::size_t i) {
        desk.broker.deliver(world.delivery(desk.post, sent_mail[i].first, sent_mail[i].second));
    };
    const auto take_all = [&] {
        while (!must(desk.line.take_deliveries(DurationMs(0))).empty()) {
        }
        must(desk.line.sync_directory());
        must(desk.line.take_deliveries(DurationMs(0)));
    };
    deliver(0);
    deliver(2);
    take_all();
    CHECK(desk.has(LedgerAlarmKind::EnvelopeMissing));
    desk.confirm();
    take_all();
    CHECK_FALSE(desk.has(LedgerAlarmKind::EnvelopeMissing));  // told once
    deliver(1);
    take_all();
    CHECK_FALSE(desk.has(LedgerAlarmKind::EnvelopeMissing));
}

}  // namespace chapar::testing
