#include "client/core/events.h"
#include "client/core/statements.h"
#include "crypto/batch.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using schemas::Stage;

client::Receipt receipt_for(World& world, Post& sender, client::OutboxNumber number) {
    const auto at = world.accept(sender, world.bytes_of(sender, number));
    const auto sent = reading(*sender.store, [&](const storage::ReadTxn& txn) {
        return client::sent_envelope(txn, number, sender.agency);
    });
    return must(
        client::verify_receipt(sent, world.proofs(at), world.ledger->head(), world.ledger->note()));
}

void log_it(World& world, Post& sender, client::OutboxNumber number) {
    const auto receipt = receipt_for(world, sender, number);
    in_txn(*sender.store,
           [&](storage::Txn& txn) { return client::outbox_logged(txn, number, receipt); });
}

}  // namespace

// Fails if outbox_logged() does not compare the envelope.
TEST_CASE("a sealed envelope is on this computer until its own receipt has verified") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    CHECK(world.item_of(world.tj, number).stage == Stage::OnThisComputer);
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_attempted(txn, number); });
    CHECK(world.item_of(world.tj, number).stage == Stage::OnThisComputer);

    const auto other = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    const auto foreign = receipt_for(world, world.tj, other);
    auto txn = must(world.tj.store->begin_write());
    CHECK(error_of(client::outbox_logged(*txn, number, foreign)) == Errc::LeafInvalid);
    txn.reset();
    CHECK(world.item_of(world.tj, number).stage == Stage::OnThisComputer);

    log_it(world, world.tj, number);
    CHECK(world.item_of(world.tj, number).stage == Stage::Logged);
}

// Fails if an envelope is sealed anew when it is sent again.
TEST_CASE("after a restart the same bytes are sent again") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_attempted(txn, number); });
    const auto before = client::submitted(world.bytes_of(world.tj, number));
    world.tj.store = must(storage::MemoryStore::reopen(*world.tj.store));
    const auto pending = reading(
        *world.tj.store, [](const storage::ReadTxn& txn) { return client::outbox_pending(txn); });
    REQUIRE(pending.size() == 1);
    CHECK(pending.front().attempts == 1);
    CHECK(client::submitted(world.bytes_of(world.tj, number)) == before);
}

// Fails if the id is not looked up.
TEST_CASE("two sends with one message id are impossible, also after a drop") {
    World world;
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.message = MessageId{};
    draft.options.message->bytes[6] = std::byte{0x70};
    draft.options.message->bytes[8] = std::byte{0x80};
    const auto number = world.compose(world.tj, draft);
    const auto add = [&] {
        auto txn = must(world.tj.store->begin_write());
        return error_of(
            client::add_drafts(*txn, world.device(world.tj), {&draft, 1}, world.now, world.random));
    };
    CHECK(add() == Errc::AlreadyExists);
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_drop(txn, number, *world.tj.vault); });
    CHECK(add() == Errc::AlreadyExists);
}

// Fails if outbox_drop() does not look at the attempts.
TEST_CASE("what was handed to the network cannot be dropped") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_attempted(txn, number); });
    auto txn = must(world.tj.store->begin_write());
    CHECK(error_of(client::outbox_drop(*txn, number, *world.tj.vault)) == Errc::Conflict);
}

// Fails if is_temporary() is not asked.
TEST_CASE("a temporary problem keeps an envelope waiting, any other refuses it") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    const auto problem = [&](const char* code) {
        in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::outbox_problem(txn, number, {code, "", "", {}});
        });
        return world.item_of(world.tj, number).stage;
    };
    CHECK(problem("back-pressure") == Stage::OnThisComputer);
    CHECK(problem("malformed.header") == Stage::Refused);
}

TEST_CASE("an envelope that cannot be sealed stays a draft") {
    World world;
    world.now = world.now + kDay * 40;  // all bundles have ended
    const auto device = world.device(world.tj);
    const client::Draft draft = World::alert({"AF-SKB-BLO"});
    const auto numbers = in_txn(*world.tj.store, [&](storage::Txn& txn) {
        return client::add_drafts(txn, device, {&draft, 1}, world.now, world.random);
    });
    {
        auto txn = must(world.tj.store->begin_write());
        CHECK(error_of(client::seal_drafts(*txn, device, numbers, world.now, world.random)) ==
              Errc::BundleStale);
    }
    CHECK(world.item_of(world.tj, numbers.front()).stage == Stage::Drafted);
}

// Fails if the age of the directory is not asked, or asked of every class.
TEST_CASE("a stale directory refuses confidential envelopes and no others") {
    World world;
    world.now = world.now + kDay * 8;
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    CHECK_NOTHROW(world.compose(world.tj, draft));
    draft.options.classification = schemas::Classification::Confidential;
    const auto device = world.device(world.tj);
    auto txn = must(world.tj.store->begin_write());
    const auto numbers =
        must(client::add_drafts(*txn, device, {&draft, 1}, world.now, world.random));
    CHECK(error_of(client::seal_drafts(*txn, device, numbers, world.now, world.random)) ==
          Errc::DirectoryStale);
}

TEST_CASE("many drafts share few signatures, and confidential ones of other audiences none") {
    World world;
    std::vector<client::Draft> drafts(20, World::alert({"AF-SKB-BLO"}));
    const auto seal = [&](const std::vector<client::Draft>& all) {
        std::set<Signature> signatures;
        const auto device = world.device(world.tj);
        const auto numbers = in_txn(*world.tj.store, [&](storage::Txn& txn) {
            const auto added = client::add_drafts(txn, device, all, world.now, world.random);
            must(client::seal_drafts(txn, device, must(Result(added)), world.now, world.random));
            return added;
        });
        for (const auto number : numbers) {
            signatures.insert(world.bytes_of(world.tj, number).item.signature);
        }
        return signatures.size();
    };
    CHECK(seal(drafts) == 1);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        drafts[i].options.classification = schemas::Classification::Confidential;
        if (i >= 10) drafts[i].options.to = {office("UZ-TMZ-BLO")};
    }
    CHECK(seal(drafts) == 2);
}

TEST_CASE("`got` counts the receipts held for one device, office mates and other offices aside") {
    World world;
    const auto first = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    CHECK(world.bytes_of(world.tj, first).stanzas.front().label.got == 0);
    log_it(world, world.tj, first);
    log_it(world, world.tj, first);  // again: counted once
    const auto second = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    CHECK(world.bytes_of(world.tj, second).stanzas.front().label.got == 1);
    const auto other = world.compose(world.tj, World::alert({"UZ-TMZ-BLO"}));
    CHECK(world.bytes_of(world.tj, other).stanzas.front().label.got == 0);
}

TEST_CASE("an office moves on only by an entry with a statement signed by its device") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    log_it(world, world.tj, number);
    const auto item = world.item_of(world.tj, number);
    const crypto::DeliveryStatement statement{crypto::DeliveryEvent::Delivered,
                                              item.hash,
                                              world.af.certificate,
                                              *item.entry,
                                              world.now,
                                              0};
    const auto apply = [&](const crypto::SigningKey& key) {
        const auto batch = crypto::sign_statements({}, {&statement, 1}, key);
        const auto index = world.log_statement(world.af, statement, batch.item(0), *item.entry);
        const auto entry =
            must(client::ProvenEntry::verify(world.ledger->proof(index), world.ledger->head()));
        auto txn = must(world.tj.store->begin_write());
        const auto effect = client::apply_event(*txn, world.tj.roots, entry);
        must(std::move(*txn).commit());
        return effect;
    };
    CHECK(error_of(apply(world.uz.key)) == Errc::BatchSignature);
    CHECK(world.item_of(world.tj, number).offices.front().stage == Stage::Logged);
    CHECK(must(apply(world.af.key)) == client::EventEffect::Updated);
    CHECK(world.item_of(world.tj, number).offices.front().stage == Stage::Delivered);
}

}  // namespace chapar::testing
