// What the inbox believes, what it only shows, and what it refuses.
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/envelope.h"
#include "crypto/sha256.h"
#include "schemas/header_codec.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::Doubt;
using client::InboxState;
using client::Reception;

struct Mail {
    client::OutboxBytes bytes;
    std::vector<EntryIndex> at;
    MessageId message;
};
Mail send(World& world, Post& sender, const client::Draft& draft) {
    const auto number = world.compose(sender, draft);
    Mail mail{world.bytes_of(sender, number), {}, world.item_of(sender, number).message};
    mail.at = world.accept(sender, mail.bytes);
    return mail;
}
Bytes note_text() { return to_bytes("%PDF-1.7 a note"); }
// With an attachment that fits beside the text.
client::Draft with_note(client::Draft draft) {
    const Bytes text = note_text();
    draft.attachments.push_back(
        {text, {text.size(), "application/pdf", "note.pdf"}, crypto::sha256(text)});
    return draft;
}
schemas::Delivery handed(World& world, const Mail& mail) {
    return world.delivery(world.af, mail.bytes, mail.at);
}
client::InboxItem item_at(World& world, std::optional<client::InboxNumber> number) {
    REQUIRE(number.has_value());
    return reading(*world.af.store,
                   [&](const storage::ReadTxn& txn) { return client::inbox_item(txn, *number); });
}
std::size_t owed(World& world) {
    const auto device = world.device(world.af);
    in_txn(*world.af.store,
           [&](storage::Txn& txn) { return client::sign_statements(txn, device); });
    return reading(*world.af.store,
                   [](const storage::ReadTxn& txn) { return client::pending_statements(txn); })
        .size();
}
std::vector<client::ReceptionReport> decide_again(World& world) {
    const auto device = world.device(world.af);
    return in_txn(*world.af.store, [&](storage::Txn& txn) {
        return client::decide_again(txn, device, world.af.epochs, world.now, world.random);
    });
}

}  // namespace

// Fails if keep_provisional() does not keep the delivery, or decide_again() does not look at it.
TEST_CASE("what was provisional is decided again after a sync, without being delivered again") {
    World world;
    world.log_time();
    const Mail mail = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    const auto report = world.receive(world.af, handed(world, mail));
    REQUIRE(report.reception == Reception::Provisional);
    CHECK(report.doubt == Doubt::DirectoryBehind);
    CHECK(item_at(world, report.number).problem == "directory.behind");
    CHECK(decide_again(world).empty());
    world.sync(world.af);
    const auto decided = decide_again(world);
    REQUIRE(decided.size() == 1);
    CHECK(decided.front().reception == Reception::Settled);
    CHECK(item_at(world, report.number).state == InboxState::Received);
    CHECK(owed(world) == 1);
    CHECK(decide_again(world).empty());
}

// Fails if judge() does not ask may_believe(): mail of an agency that nobody here confirmed is
// signed for and acts.
TEST_CASE(
    "mail from an agency that is not confirmed is readable, signs nothing and moves nothing") {
    World world;
    const Mail first = send(world, world.uz, World::alert({"AF-SKB-BLO"}));
    const auto kept = world.receive(world.af, handed(world, first));
    REQUIRE(kept.reception == Reception::Stored);
    CHECK(owed(world) == 1);
    world.confirm_peers("AF-CNP", {"TJ-DCA"});
    world.sync(world.af);
    world.sync(world.uz);

    const Mail recall = send(world, world.uz, World::recall({"AF-SKB-BLO"}, first.message));
    const auto report = world.receive(world.af, handed(world, recall));
    REQUIRE(report.reception == Reception::Provisional);
    CHECK(report.doubt == Doubt::Unconfirmed);
    CHECK(item_at(world, report.number).problem == "peer.unconfirmed");
    CHECK(owed(world) == 1);
    CHECK(item_at(world, kept.number).state == InboxState::Received);
    const auto device = world.device(world.af);
    const auto text = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_text(txn, device, *report.number);
    });
    CHECK(std::holds_alternative<schemas::Recall>(text.content.payload));
    const auto opened = in_txn(*world.af.store, [&](storage::Txn& txn) {
        return client::mark_opened(txn, device, *report.number, world.now);
    });
    CHECK(opened == client::Signed::Nothing);

    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    world.sync(world.af);
    const auto decided = decide_again(world);
    REQUIRE(decided.size() == 1);
    CHECK(decided.front().recalled == kept.number);
}

// Fails if what is still in doubt is sealed anew at each look: the slots of the keys run out.
TEST_CASE("a look at mail that stays in doubt writes nothing") {
    World world;
    world.confirm_peers("AF-CNP", {"TJ-DCA"});
    world.sync(world.af);
    world.sync(world.uz);
    const Mail mail = send(world, world.uz, World::alert({"AF-SKB-BLO"}));
    const auto kept = world.receive(world.af, handed(world, mail));
    REQUIRE(kept.doubt == Doubt::Unconfirmed);
    const auto stored = [&] {
        const auto txn = must(world.af.store->begin_read());
        return to_bytes(
            *must(txn->get(client::tables::kInboxTexts, client::number_key(kept.number->value))));
    };
    const Bytes before = stored();
    CHECK(decide_again(world).empty());
    CHECK(world.receive(world.af, handed(world, mail)).reception == Reception::Provisional);
    CHECK(stored() == before);
}

// Fails if what can be decided no more is told at each look: a command that asks until nothing
// comes would never end.
TEST_CASE("mail in doubt that was sealed to a certificate renewed since is told once and stays") {
    World world;
    world.log_time();
    const Mail mail = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    const auto kept = world.receive(world.af, handed(world, mail));
    REQUIRE(kept.reception == Reception::Provisional);
    world.af.certificate = world.uz.certificate;
    const auto decided = decide_again(world);
    REQUIRE(decided.size() == 1);
    CHECK(decided.front().reception == Reception::Refused);
    CHECK(decide_again(world).empty());
    CHECK(item_at(world, kept.number).state == InboxState::Provisional);
}

// Fails if a second look opens the envelope anew: the text is purged and UNOPENABLE is signed for
// what a person could read.
TEST_CASE("provisional mail whose day's key is destroyed meanwhile stays readable and is settled") {
    World world;
    world.confirm_peers("AF-CNP", {"TJ-DCA"});
    world.sync(world.af);
    world.sync(world.uz);
    const Mail mail = send(world, world.uz, with_note(World::alert({"AF-SKB-BLO"})));
    const auto report = world.receive(world.af, handed(world, mail));
    REQUIRE(report.reception == Reception::Provisional);
    world.af.epochs.clear();
    CHECK(decide_again(world).empty());
    CHECK(item_at(world, report.number).state == InboxState::Provisional);

    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    world.sync(world.af);
    const auto decided = decide_again(world);
    REQUIRE(decided.size() == 1);
    CHECK(decided.front().reception == Reception::Settled);
    CHECK(item_at(world, report.number).state == InboxState::Received);
    const auto device = world.device(world.af);
    const auto text = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_text(txn, device, *report.number);
    });
    CHECK(text.header.message_id == mail.message);
    CHECK(text.attachments.at(0).text == note_text());
    CHECK(owed(world) == 1);
}

// Fails if any stream behind the first may be left out, whatever E says of their sizes: DELIVERED
// is signed, and the attachment is nowhere to be fetched.
TEST_CASE("attack: a broker that empties an attachment which travels inline gets nothing signed") {
    World world;
    const Mail mail = send(world, world.tj, with_note(World::alert({"AF-SKB-BLO"})));
    schemas::Delivery emptied = handed(world, mail);
    REQUIRE(emptied.streams.size() == 2);
    emptied.streams[1].clear();
    const auto report = world.receive(world.af, emptied);
    CHECK(report.reception == Reception::Refused);
    CHECK(report.problem->code == Errc::StreamRoot);
    CHECK(owed(world) == 0);
    CHECK(world.receive(world.af, handed(world, mail)).reception == Reception::Stored);
    CHECK(owed(world) == 1);
}

// Fails if decide_again() keeps what turns out to be refused.
TEST_CASE("provisional mail of a device that was revoked before goes when that is known") {
    World world;
    world.revoke(world.tj);
    const Mail mail = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    REQUIRE(world.receive(world.af, handed(world, mail)).reception == Reception::Provisional);
    world.sync(world.af);
    const auto decided = decide_again(world);
    REQUIRE(decided.size() == 1);
    CHECK(decided.front().reception == Reception::Refused);
    CHECK(reading(*world.af.store, [](const storage::ReadTxn& txn) {
              return client::inbox_items(txn);
          }).empty());
    CHECK(owed(world) == 0);
}

// Fails if an item's standing is only judged when it comes.
TEST_CASE("a revocation disputes what was received before it, and erases nothing") {
    World world;
    const TimeMs before = world.now;
    const Mail mail = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    const auto kept = world.receive(world.af, handed(world, mail));
    CHECK_FALSE(item_at(world, kept.number).disputed);
    world.revoke(world.tj, before);
    world.sync(world.af);
    CHECK(item_at(world, kept.number).disputed);
    const auto device = world.device(world.af);
    CHECK(reading(*world.af.store, [&](const storage::ReadTxn& txn) {
              return client::inbox_text(txn, device, *kept.number);
          }).header.message_id == mail.message);
}

// Fails without the comparison of H.sender in examine(): it ends as a bad signature at best.
TEST_CASE("attack: an envelope of this very device that comes back is refused") {
    World world;
    Mail mail = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    auto statement = must(crypto::EnvelopeStatement::decode(mail.bytes.statement));
    auto header = must(schemas::decode_header(statement.header));
    header.sender = world.af.certificate;
    statement.header = schemas::encode_header(header);
    mail.bytes.statement = statement.encode();
    mail.at = world.accept(world.af, mail.bytes);
    const auto report = world.receive(world.af, handed(world, mail));
    CHECK(report.reception == Reception::Refused);
    CHECK(report.problem->code == Errc::RecordRefused);
}

// Fails without check_auditors(): a broker keeps the sham copy of an auditor back, and no recipient
// recomputes it.
TEST_CASE("attack: an AUDIT stanza that the broker keeps back refuses the envelope") {
    World world;
    crypto::BundlePlan plan;
    plan.certificate = world.uz.certificate;
    plan.sequence = 2;
    plan.previous = *world.uz.made.begin();
    plan.first_epoch = day_of(world.now);
    plan.keys_per_epoch = 2;
    world.publish_bundle(world.uz, plan);
    for (Post* post : {&world.tj, &world.af, &world.uz}) world.sync(*post);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.auditors = {world.uz.certificate};
    const Mail mail = send(world, world.tj, draft);
    const auto report = world.receive(world.af, handed(world, mail));
    CHECK(report.reception == Reception::Refused);
    CHECK(report.problem->code == Errc::StanzaAuditors);
}

TEST_CASE("an envelope that repeats an earlier one of its office is shown as sent again") {
    World world;
    const Mail first = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    const auto kept = world.receive(world.af, handed(world, first));
    client::Draft again = World::alert({"AF-SKB-BLO"});
    again.options.derived_from = {first.message};
    const auto second = world.receive(world.af, handed(world, send(world, world.tj, again)));
    CHECK(item_at(world, second.number).sent_again == kept.number);

    // What says something else, or comes from another office, is news.
    std::get<schemas::SeizureAlert>(again.payload).agency = "another";
    const auto third = world.receive(world.af, handed(world, send(world, world.tj, again)));
    CHECK(!item_at(world, third.number).sent_again);
    client::Draft other = World::alert({"AF-SKB-BLO"});
    other.options.derived_from = {first.message};
    const auto fourth = world.receive(world.af, handed(world, send(world, world.uz, other)));
    CHECK(!item_at(world, fourth.number).sent_again);
}

TEST_CASE("the inbox keeps the proof of what it received, and the secret of every stream") {
    World world;
    const Mail mail = send(world, world.tj, World::alert({"AF-SKB-BLO"}));
    const auto report = world.receive(world.af, handed(world, mail));
    const auto receipt = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_receipt(txn, *report.number);
    });
    const auto body = must(
        client::check_receipt_file(receipt.text, {receipt.body, receipt.salt}, world.card().log()));
    CHECK(body.envelope == mail.bytes.statement);
    const auto device = world.device(world.af);
    const auto secrets = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::stream_secrets(txn, device, *report.number);
    });
    const auto statement = must(crypto::EnvelopeStatement::decode(mail.bytes.statement));
    REQUIRE(secrets.size() == 1);
    CHECK(crypto::stream_keys_of(secrets.front().duplicate()).commitment ==
          statement.streams.front().commitment);
    const auto approvals = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_approvals(txn, *report.number);
    });
    CHECK(approvals.empty());
}

}  // namespace chapar::testing
