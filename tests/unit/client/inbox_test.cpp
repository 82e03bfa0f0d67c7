#include "client/core/statements.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::InboxState;
using client::Reception;

struct Mail {
    client::OutboxNumber number;
    client::OutboxBytes bytes;
    std::vector<EntryIndex> at;
};

Mail send(World& world, const client::Draft& draft, Post& sender) {
    Mail mail{world.compose(sender, draft), {}, {}};
    mail.bytes = world.bytes_of(sender, mail.number);
    mail.at = world.accept(sender, mail.bytes);
    return mail;
}
// As the broker hands it to AF now: its proof is for the newest head.
schemas::Delivery handed(World& world, const Mail& mail) {
    return world.delivery(world.af, mail.bytes, mail.at);
}
Mail send(World& world) { return send(world, World::alert({"AF-SKB-BLO"}), world.tj); }

client::InboxItem inbox(World& world, client::InboxNumber number) {
    return reading(*world.af.store,
                   [&](const storage::ReadTxn& txn) { return client::inbox_item(txn, number); });
}

std::vector<crypto::DeliveryEvent> owed(World& world) {
    const auto device = world.device(world.af);
    in_txn(*world.af.store,
           [&](storage::Txn& txn) { return client::sign_statements(txn, device); });
    const auto items = reading(*world.af.store, [](const storage::ReadTxn& txn) {
        return client::pending_statements(txn);
    });
    std::vector<crypto::DeliveryEvent> events;
    for (const auto& item : items) events.push_back(item.statement.event);
    return events;
}

}  // namespace

// Fails if keep_settled() queues no statement.
TEST_CASE("a proven delivery is opened, kept and owed a DELIVERED statement") {
    World world;
    const Mail mail = send(world);
    const auto report = world.receive(world.af, handed(world, mail));
    REQUIRE(report.reception == Reception::Stored);
    const auto item = inbox(world, *report.number);
    CHECK(item.state == InboxState::Received);
    CHECK(item.sender_office == world.tj.office);
    CHECK(item.accepted == mail.at.front());
    const auto device = world.device(world.af);
    const auto text = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_text(txn, device, *report.number);
    });
    CHECK(text.content.payload == World::alert({}).payload);
    CHECK(owed(world) == std::vector{crypto::DeliveryEvent::Delivered});
}

// Fails if the stanza is not compared with the one in the entry; each field alone is
// entry_rules_test.
TEST_CASE("a delivery without its proof is not opened") {
    World world;
    const Mail mail = send(world);
    const Mail other = send(world);
    const auto refused = [&](const schemas::Delivery& delivery) {
        const auto report = world.receive(world.af, delivery);
        CHECK(report.reception == Reception::Refused);
        CHECK(owed(world).empty());
        return report.problem->code;
    };
    schemas::Delivery bent = handed(world, mail);
    bent.proof = {};
    refused(bent);
    bent = handed(world, mail);
    bent.proof.path.front().bytes[3] ^= std::byte{1};
    CHECK(refused(bent) == Errc::ProofInvalid);
    bent = handed(world, mail);
    bent.proof = handed(world, other).proof;
    CHECK(refused(bent) == Errc::LeafInvalid);
    bent = handed(world, mail);
    const EntryIndex rejected = world.reject(world.tj, mail.bytes, "policy.refused");
    bent.proof = world.ledger->proof(rejected);
    CHECK(refused(bent) == Errc::LeafInvalid);
    bent = handed(world, mail);
    bent.streams.front().front() ^= std::byte{1};
    CHECK(refused(bent) == Errc::StreamRoot);
    bent = handed(world, mail);
    bent.stanza.ct.front() ^= std::byte{1};
    CHECK(refused(bent) == Errc::LeafInvalid);
    CHECK(world.receive(world.af, handed(world, mail)).reception == Reception::Stored);
}

// Replay. Fails if known envelopes are not looked up.
TEST_CASE("a delivery that comes again is ignored") {
    World world;
    const Mail mail = send(world);
    const auto first = world.receive(world.af, handed(world, mail));
    const auto again = world.receive(world.af, handed(world, mail));
    CHECK(again.reception == Reception::Duplicate);
    CHECK(again.number == first.number);
    CHECK(owed(world).size() == 1);
}

TEST_CASE("an envelope is provisional, and owed nothing, until the directory is complete") {
    World world;
    world.log_time();  // AF has not seen this entry
    const Mail mail = send(world);
    const auto report = world.receive(world.af, handed(world, mail));
    REQUIRE(report.reception == Reception::Provisional);
    CHECK(inbox(world, *report.number).state == InboxState::Provisional);
    CHECK(owed(world).empty());
    const auto device = world.device(world.af);
    const auto signed_none = in_txn(*world.af.store, [&](storage::Txn& txn) {
        return client::mark_acknowledged(txn, device, *report.number, world.now);
    });
    CHECK(signed_none == client::Signed::Nothing);

    world.sync(world.af);
    const auto settled = world.receive(world.af, handed(world, mail));
    CHECK(settled.reception == Reception::Settled);
    CHECK(settled.number == report.number);
    CHECK(owed(world).size() == 1);
}

TEST_CASE("a provisional envelope of a sender who turns out to be revoked is withdrawn") {
    World world;
    world.revoke(world.tj);  // AF has not seen it, nor has the sender
    const Mail mail = send(world);
    const auto report = world.receive(world.af, handed(world, mail));
    REQUIRE(report.reception == Reception::Provisional);
    world.sync(world.af);
    const auto after = world.receive(world.af, handed(world, mail));
    CHECK(after.reception == Reception::Refused);
    CHECK(after.problem->code == Errc::CertificateRevoked);
    const auto items = reading(
        *world.af.store, [](const storage::ReadTxn& txn) { return client::inbox_items(txn); });
    CHECK(items.empty());
    CHECK(owed(world).empty());
}

TEST_CASE("a genuine envelope whose day's key is gone is answered by UNOPENABLE") {
    World world;
    const Mail mail = send(world);
    world.af.epochs.clear();
    const auto report = world.receive(world.af, handed(world, mail));
    CHECK(report.reception == Reception::Unopenable);
    CHECK(owed(world) == std::vector{crypto::DeliveryEvent::Unopenable});
}

// Fails if apply_recall() does not compare the office.
TEST_CASE("a recall by the sender's office deletes the text and signs that it did") {
    World world;
    const Mail mail = send(world);
    const auto first = world.receive(world.af, handed(world, mail));
    const auto target = inbox(world, *first.number).message;

    const Mail stranger = send(world, World::recall({"AF-SKB-BLO"}, target), world.uz);
    CHECK_FALSE(world.receive(world.af, handed(world, stranger)).recalled.has_value());
    CHECK(inbox(world, *first.number).state == InboxState::Received);

    const Mail recall = send(world, World::recall({"AF-SKB-BLO"}, target), world.tj);
    CHECK(world.receive(world.af, handed(world, recall)).recalled == first.number);
    CHECK(inbox(world, *first.number).state == InboxState::Recalled);
    const auto device = world.device(world.af);
    {
        const auto txn = must(world.af.store->begin_read());
        CHECK(error_of(client::inbox_text(*txn, device, *first.number)) == Errc::NotFound);
    }
    const auto events = owed(world);
    CHECK(std::ranges::count(events, crypto::DeliveryEvent::RecallDone) == 1);
    CHECK(world.receive(world.af, handed(world, mail)).reception == Reception::Duplicate);
}

// Fails if a recall that came first is forgotten.
TEST_CASE("a recall that overtakes its target empties it when it comes") {
    World world;
    const Mail mail = send(world);
    const auto target = world.item_of(world.tj, mail.number).message;
    const Mail recall = send(world, World::recall({"AF-SKB-BLO"}, target), world.tj);
    CHECK_FALSE(world.receive(world.af, handed(world, recall)).recalled.has_value());
    const auto report = world.receive(world.af, handed(world, mail));
    CHECK(report.recalled == report.number);
    CHECK(inbox(world, *report.number).state == InboxState::Recalled);
}

// Sent, and its sender holds the receipt.
Mail logged(World& world) {
    Mail mail = send(world);
    const auto sent = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::sent_envelope(txn, mail.number, world.tj.agency);
    });
    const auto receipt = must(client::verify_receipt(sent, world.proofs(mail.at),
                                                     world.ledger->head(), world.ledger->note()));
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_logged(txn, mail.number, receipt); });
    return mail;
}

// Fails if count_received() does not look at `got`.
TEST_CASE("envelopes that the sender has receipts for and that did not come are counted") {
    World world;
    std::vector<Mail> mails;
    for (int i = 0; i < 3; ++i) mails.push_back(logged(world));
    CHECK(world.receive(world.af, handed(world, mails[0])).missing == 0);
    CHECK(world.receive(world.af, handed(world, mails[2])).missing == 1);
    CHECK(world.receive(world.af, handed(world, mails[1])).missing == 0);
}

// Fails if counts begin with the first envelope that came.
TEST_CASE("the first envelope of a sender is missed like any other") {
    World world;
    (void)logged(world);
    const Mail second = logged(world);
    CHECK(world.receive(world.af, handed(world, second)).missing == 1);
}

// Fails if keep_unopenable() does not count it.
TEST_CASE("an envelope that did not open has come") {
    World world;
    const Mail first = logged(world);
    const Mail second = logged(world);
    world.af.epochs.clear();
    const auto report = world.receive(world.af, handed(world, first));
    CHECK(report.reception == Reception::Unopenable);
    CHECK(world.receive(world.af, handed(world, second)).missing == 0);
}

TEST_CASE("texts are sealed in the store, and a store that is opened again keeps all") {
    World world;
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    const std::string secret = "hidden under the third seat";
    std::get<schemas::SeizureAlert>(draft.payload).remarks.note = {secret, "en"};
    const Mail mail = send(world, draft, world.tj);
    const auto report = world.receive(world.af, handed(world, mail));
    for (Post* post : {&world.tj, &world.af}) {
        const auto txn = must(post->store->begin_read());
        for (const storage::Table& table : client::tables::kAll) {
            const auto cursor = txn->cursor(table);
            must(cursor->seek_first());
            while (cursor->at_record()) {
                CHECK(to_string(cursor->value()).find("third seat") == std::string::npos);
                must(cursor->next());
            }
        }
    }
    world.af.store = must(storage::MemoryStore::reopen(*world.af.store));
    CHECK(inbox(world, *report.number).state == InboxState::Received);
    CHECK(world.receive(world.af, handed(world, mail)).reception == Reception::Duplicate);
    CHECK(owed(world).size() == 1);
    const auto device = world.device(world.af);
    const auto text = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_text(txn, device, *report.number);
    });
    CHECK(std::get<schemas::SeizureAlert>(text.content.payload).remarks.note.text == secret);
}

// Fails if check_statement_entry() does not compare the statement.
TEST_CASE("a statement is sent as the same bytes until its own entry is proven") {
    World world;
    const Mail mail = send(world);
    world.receive(world.af, handed(world, mail));
    CHECK(owed(world).size() == 1);
    const auto pending = [&] {
        return reading(*world.af.store,
                       [](const storage::ReadTxn& txn) { return client::pending_statements(txn); });
    };
    const auto first = pending().front();
    CHECK(owed(world).size() == 1);
    CHECK(pending().front() == first);

    const auto about = crypto::statement_hash(first.statement);
    const auto proven = [&](EntryIndex at) {
        return must(client::ProvenEntry::verify(world.ledger->proof(at), world.ledger->head()));
    };
    {
        auto txn = must(world.af.store->begin_write());
        CHECK(error_of(client::statement_logged(*txn, about, proven(mail.at.front()))) ==
              Errc::LeafInvalid);
    }
    crypto::DeliveryStatement later = first.statement;
    later.time = later.time + kSecond;
    const auto other = world.log_statement(world.af, later, *first.item, mail.at.front());
    {
        auto txn = must(world.af.store->begin_write());
        CHECK(error_of(client::statement_logged(*txn, about, proven(other))) == Errc::LeafInvalid);
    }
    const auto at = world.log_statement(world.af, first.statement, *first.item, mail.at.front());
    in_txn(*world.af.store,
           [&](storage::Txn& txn) { return client::statement_logged(txn, about, proven(at)); });
    CHECK(pending().empty());
}

}  // namespace chapar::testing
