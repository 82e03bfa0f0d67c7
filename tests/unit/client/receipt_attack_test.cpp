// Attacks with genuine proofs of the wrong things. In each the ledger, its heads and all signatures
// are real; only what is shown is not what it is shown as.
#include "client/core/events.h"
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using schemas::Stage;

struct Attack {
    World world;
    client::OutboxNumber number;
    client::OutboxBytes bytes;

    explicit Attack(const std::vector<std::string>& to = {"AF-SKB-BLO", "UZ-TMZ-BLO"})
        : number(world.compose(world.tj, World::alert(to))),
          bytes(world.bytes_of(world.tj, number)) {}

    client::SentEnvelope sent() {
        return reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::sent_envelope(txn, number, world.tj.agency);
        });
    }
    // The broker shows these entries as the acceptance; only a receipt moves the item.
    Result<client::Receipt> show(const std::vector<EntryIndex>& at) {
        auto receipt = client::verify_receipt(sent(), world.proofs(at), world.ledger->head(),
                                              world.ledger->note());
        if (receipt) {
            in_txn(*world.tj.store,
                   [&](storage::Txn& txn) { return client::outbox_logged(txn, number, *receipt); });
        }
        return receipt;
    }
    Result<client::EventEffect> show_event(EntryIndex at) {
        world.accept_head(world.tj);
        const auto entry =
            must(client::ProvenEntry::verify(world.ledger->proof(at), world.ledger->head()));
        auto txn = must(world.tj.store->begin_write());
        auto effect = client::apply_event(*txn, world.tj.roots, entry);
        must(std::move(*txn).commit());
        return effect;
    }
    EntryIndex log_delivered(const Post& by, EntryIndex accepted) {
        const crypto::DeliveryStatement statement{crypto::DeliveryEvent::Delivered,
                                                  crypto::envelope_hash(bytes.statement),
                                                  by.certificate,
                                                  accepted,
                                                  world.now,
                                                  0};
        const auto batch = crypto::sign_statements({}, {&statement, 1}, by.key);
        return world.log_statement(by, statement, batch.item(0), accepted);
    }
    client::OutboxItem item() { return world.item_of(world.tj, number); }
};

}  // namespace

// Between agencies four checks stand in its way: event, decision, labels shown, places in the
// ledger.
TEST_CASE("attack: the proof of a refusal shown as acceptance moves nothing") {
    Attack attack;
    const auto rejected = attack.world.reject(attack.world.tj, attack.bytes, "policy.refused");
    CHECK(error_of(attack.show({rejected, rejected})) == Errc::LeafInvalid);
    CHECK(error_of(attack.show({rejected})) == Errc::LeafInvalid);
    CHECK(attack.item().stage == Stage::OnThisComputer);
    CHECK(attack.show(attack.world.accept(attack.world.tj, attack.bytes)).has_value());
    CHECK(attack.item().stage == Stage::Logged);
}

// Within one agency a refusal shows all labels, as an acceptance does.
// Fails if neither check_same_envelope() compares the event nor check_accepted() the decision.
TEST_CASE("attack: a refusal within the own agency shown as acceptance moves nothing") {
    Attack attack;
    World& world = attack.world;
    crypto::OfficeRecord record{world.tj.agency, office("TJ-DSH-BLO"), {}, 0, {}, {}};
    record.roles = crypto::office_role::kLiaison;
    record.validity = {world.now, world.now + kDay * 300};
    world.log_record(world.agencies.at("TJ-DCA").office(record), crypto::KeyEvent::Office);
    Post colleague = world.make_device("TJ-DCA", "TJ-DSH-BLO");
    world.publish_bundle(colleague, world.now);
    world.sync(world.tj);
    attack.number = world.compose(world.tj, World::alert({"TJ-DSH-BLO"}));
    attack.bytes = world.bytes_of(world.tj, attack.number);
    const auto rejected = world.reject(world.tj, attack.bytes, "policy.refused");
    CHECK(error_of(attack.show({rejected})) == Errc::LeafInvalid);
    CHECK(attack.item().stage == Stage::OnThisComputer);
    CHECK(attack.show(world.accept(world.tj, attack.bytes)).has_value());
}

// Fails if check_same_envelope() does not compare the sender agency; the rest is caught by hash, E,
// item and labels, each alone.
TEST_CASE("attack: the proof of a foreign entry shown as acceptance moves nothing") {
    Attack attack;
    World& world = attack.world;
    const auto own_other = world.compose(world.tj, World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    const auto at = world.accept(world.tj, world.bytes_of(world.tj, own_other));
    CHECK(error_of(attack.show(at)) == Errc::LeafInvalid);
    const auto foreign = world.compose(world.uz, World::alert({"AF-SKB-BLO", "TJ-NPJ-BLO"}));
    const auto theirs = world.accept(world.uz, world.bytes_of(world.uz, foreign));
    CHECK(error_of(attack.show(theirs)) == Errc::LeafInvalid);
    // This envelope under another sender's name.
    CHECK(error_of(attack.show(world.accept(world.uz, attack.bytes))) == Errc::LeafInvalid);
    CHECK(error_of(attack.show({EntryIndex(0), EntryIndex(1)})) == Errc::LeafInvalid);
    CHECK(attack.item().stage == Stage::OnThisComputer);
}

// Three checks stand in its way: the agency of each entry, the labels it shows, their places.
TEST_CASE("attack: the acceptance for one agency does not stand for two") {
    Attack attack;
    const auto at = attack.world.accept(attack.world.tj, attack.bytes);
    REQUIRE(at.size() == 2);
    CHECK(error_of(attack.show({at[0], at[0]})) == Errc::LeafInvalid);
    CHECK(error_of(attack.show({at[1], at[0]})) == Errc::LeafInvalid);
    CHECK(attack.item().stage == Stage::OnThisComputer);
}

// Fails if open_checkpoint() takes a note of another origin, or the proof is not checked.
TEST_CASE("attack: a captured frame that another centre logged is no acceptance here") {
    Attack attack;
    World elsewhere("other.test/ledger/1");
    for (int i = 0; i < 3; ++i) elsewhere.log_time();
    const auto at = elsewhere.accept(elsewhere.tj, attack.bytes);
    {
        auto txn = must(attack.world.tj.store->begin_write());
        CHECK(error_of(client::accept_head(*txn, attack.world.card().log(),
                                           elsewhere.ledger->note(), {})) == Errc::NoteInvalid);
    }
    for (int i = 0; i < 8; ++i) attack.world.log_time();
    CHECK(error_of(client::verify_receipt(attack.sent(), elsewhere.proofs(at),
                                          attack.world.ledger->head(),
                                          attack.world.ledger->note())) == Errc::ProofInvalid);
    CHECK(attack.item().stage == Stage::OnThisComputer);
}

// Fails if neither examine() nor VerifiedEnvelope compares the home.
TEST_CASE("attack: a captured frame logged at another centre is refused by the same device there") {
    Attack attack;
    World elsewhere("other.test/ledger/1");
    REQUIRE(elsewhere.af.certificate == attack.world.af.certificate);
    REQUIRE(elsewhere.card().home() != attack.world.card().home());
    const auto at = elsewhere.accept(elsewhere.tj, attack.bytes);
    const auto report =
        elsewhere.receive(elsewhere.af, elsewhere.delivery(elsewhere.af, attack.bytes, at));
    CHECK(report.reception == client::Reception::Refused);
    REQUIRE(report.problem.has_value());
    CHECK(report.problem->code == Errc::WrongHome);
}

// Fails if concerned() takes any MSG entry for an event and check_reference() is left out.
TEST_CASE("attack: an acceptance or refusal handed as an event moves no office") {
    Attack attack;
    const auto at = attack.world.accept(attack.world.tj, attack.bytes);
    must(attack.show(at));
    CHECK(error_of(attack.show_event(at[0])) == Errc::LeafInvalid);
    const auto rejected = attack.world.reject(attack.world.tj, attack.bytes, "policy.refused");
    CHECK(error_of(attack.show_event(rejected)) == Errc::LeafInvalid);
    for (const auto& office : attack.item().offices) CHECK(office.stage == Stage::Logged);
}

// Fails if check_reference() is left out; sealed_to() stands behind it.
TEST_CASE("attack: a true statement about something else moves no office") {
    Attack attack({"AF-SKB-BLO"});
    World& world = attack.world;
    const auto at = world.accept(world.tj, attack.bytes);
    must(attack.show(at));
    // By a device that it was not sealed to.
    CHECK(error_of(attack.show_event(attack.log_delivered(world.uz, at[0]))) == Errc::LeafInvalid);
    // About another acceptance of the same envelope than the one the receipt proves.
    const auto again = world.accept(world.tj, attack.bytes);
    CHECK(error_of(attack.show_event(attack.log_delivered(world.af, again[0]))) ==
          Errc::LeafInvalid);
    CHECK(attack.item().offices.front().stage == Stage::Logged);
    CHECK(attack.show_event(attack.log_delivered(world.af, at[0])).has_value());
    CHECK(attack.item().offices.front().stage == Stage::Delivered);
}

// Fails if signer_of() asks standing() alone.
TEST_CASE("attack: a statement by a device whose revocation is hidden moves no office") {
    Attack attack({"AF-SKB-BLO"});
    World& world = attack.world;
    const auto at = world.accept(world.tj, attack.bytes);
    must(attack.show(at));
    world.revoke(world.af);  // the sender is not shown it
    const auto delivered = attack.log_delivered(world.af, at[0]);
    CHECK(error_of(attack.show_event(delivered)) == Errc::Provisional);
    CHECK(attack.item().offices.front().stage == Stage::Logged);
    world.sync(world.tj);
    CHECK(error_of(attack.show_event(delivered)) == Errc::CertificateRevoked);
    CHECK(attack.item().offices.front().stage == Stage::Logged);
}

// Fails if standing() does not know suspensions.
TEST_CASE("attack: a thief's receipts after the suspension move no office") {
    Attack attack({"AF-SKB-BLO"});
    World& world = attack.world;
    const auto at = world.accept(world.tj, attack.bytes);
    must(attack.show(at));
    world.suspend(world.af);
    const auto delivered = attack.log_delivered(world.af, at[0]);
    world.sync(world.tj);
    CHECK(error_of(attack.show_event(delivered)) == Errc::CertificateSuspended);
    CHECK(attack.item().offices.front().stage == Stage::Logged);
}

}  // namespace chapar::testing
