// Genuine proofs of entries that differ from the right one in a single field. Each rule stands
// alone here: where two would refuse the same forgery, none of them could be missed.
#include <doctest/doctest.h>

#include <functional>

#include "client/core/proof.h"
#include "client/core/statements.h"
#include "crypto/batch.h"
#include "crypto/transcript.h"
#include "tests/unit/client/sender.h"

namespace chapar::testing {
namespace {

using crypto::EntryBody;
using Change = std::function<void(EntryBody&)>;

struct Row {
    const char* field;
    Change change;
};

void flip(std::optional<Bytes>& bytes) { bytes->back() ^= std::byte{1}; }

crypto::BodyStanza& shown(EntryBody& body) {
    return *std::ranges::find_if(*body.stanzas,
                                 [](const auto& one) { return one.label.has_value(); });
}
crypto::BodyStanza& hidden(EntryBody& body) {
    return *std::ranges::find_if(*body.stanzas, [](const auto& one) { return !one.label; });
}
Hash bare(const crypto::BodyStanza& stanza) {
    const Bytes label = stanza.label->encode();
    return crypto::transcript_hash(crypto::Label::Stanza, {label, stanza.value.view()});
}

// What an ACCEPTED entry says, each thing wrong by itself.
std::vector<Row> wrong_acceptances() {
    return {
        {"event",
         [](EntryBody& b) { b.event = crypto::event_number(crypto::MessageEvent::Rejected); }},
        {"envelope hash", [](EntryBody& b) { b.envelope_hash->bytes[0] ^= std::byte{1}; }},
        {"envelope", [](EntryBody& b) { flip(b.envelope); }},
        {"recipient agency", [](EntryBody& b) { b.recipient_agency = agency("TJ-DCA"); }},
        {"decision",
         [](EntryBody& b) {
             b.decision = crypto::BodyDecision{crypto::PolicyEffect::Deny, "policy.refused", {}};
         }},
        {"label", [](EntryBody& b) { shown(b).label->got += 1; }},
        {"seal", [](EntryBody& b) { shown(b).value.bytes[0] ^= std::byte{1}; }},
    };
}

// What only its sender compares.
std::vector<Row> wrong_receipts() {
    auto rows = wrong_acceptances();
    rows.push_back(
        {"item", [](EntryBody& b) { b.item->at(crypto::BatchHead::kBytes) ^= std::byte{1}; }});
    rows.push_back({"blind", [](EntryBody& b) { b.blind->bytes[0] ^= std::byte{1}; }});
    rows.push_back({"sender agency", [](EntryBody& b) { b.sender_agency = agency("UZ-NDC"); }});
    rows.push_back({"number of stanzas", [](EntryBody& b) {
                        std::erase_if(*b.stanzas, [](const auto& one) { return !one.label; });
                    }});
    rows.push_back({"own stanza hidden", [](EntryBody& b) {
                        crypto::BodyStanza& own = shown(b);
                        own = {std::nullopt, bare(own)};
                    }});
    rows.push_back(
        {"stanza of another", [](EntryBody& b) { hidden(b).value.bytes[0] ^= std::byte{1}; }});
    return rows;
}

// An envelope of TJ to AF and UZ, accepted.
struct Accepted {
    World world;
    client::OutboxNumber number =
        world.compose(world.tj, World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    client::OutboxBytes bytes = world.bytes_of(world.tj, number);
    std::vector<EntryIndex> at = world.accept(world.tj, bytes);

    // The same entries once more, the first of them changed.
    std::vector<EntryIndex> again(const Change& change) {
        std::vector<EntryIndex> out;
        for (const EntryIndex one : at) {
            EntryBody body = world.ledger->body(one);
            if (one == at.front()) change(body);
            out.push_back(world.ledger->append(crypto::LeafKind::Message, std::move(body)));
        }
        return out;
    }
    client::SentEnvelope sent() {
        return reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::sent_envelope(txn, number, world.tj.agency);
        });
    }
    Result<client::Receipt> receipt(const std::vector<EntryIndex>& entries) {
        return client::verify_receipt(sent(), world.proofs(entries), world.ledger->head(),
                                      world.ledger->note());
    }
};

}  // namespace

// Fails if check_accepted(), check_same_envelope() or check_stanzas() leaves out one comparison.
TEST_CASE("a receipt is refused for each single field that is not what was sent") {
    Accepted right;
    CHECK(right.receipt(right.again([](EntryBody&) {})));
    for (const Row& row : wrong_receipts()) {
        CAPTURE(row.field);
        Accepted a;
        CHECK_FALSE(a.receipt(a.again(row.change)).has_value());
    }
    Accepted late;
    const auto entries = late.again([](EntryBody& b) { b.time = b.time + kSecond; });
    CHECK(error_of(late.receipt(entries)) == Errc::LeafInvalid);
}

// Fails if verify_refusal() does not compare the agency or the decision, or takes any event.
TEST_CASE("a refusal is refused for each single field that is not what was sent") {
    const std::vector<Row> rows{
        {"event",
         [](EntryBody& b) { b.event = crypto::event_number(crypto::MessageEvent::Accepted); }},
        {"recipient agency", [](EntryBody& b) { b.recipient_agency = agency("AF-CNP"); }},
        {"decision", [](EntryBody& b) { b.decision = crypto::BodyDecision{}; }},
        {"code", [](EntryBody& b) { b.decision->code.clear(); }},
        {"envelope hash", [](EntryBody& b) { b.envelope_hash->bytes[0] ^= std::byte{1}; }},
    };
    Accepted a;
    EntryBody body = a.world.ledger->body(a.world.reject(a.world.tj, a.bytes, "policy.refused"));
    const auto shown_as = [&](EntryBody shown_body) {
        const auto at = a.world.ledger->append(crypto::LeafKind::Message, std::move(shown_body));
        return client::verify_refusal(a.sent(), a.world.ledger->proof(at), a.world.ledger->head(),
                                      a.world.ledger->note());
    };
    CHECK(shown_as(body));
    for (const Row& row : rows) {
        CAPTURE(row.field);
        EntryBody wrong = body;
        row.change(wrong);
        CHECK_FALSE(shown_as(wrong).has_value());
    }
}

// Fails if check_entry() of inbox_examine.cpp leaves out one comparison.
TEST_CASE("a delivery is refused for each single field in which its entry differs") {
    const auto hand_out = [](Accepted& a, const std::vector<EntryIndex>& entries) {
        World& world = a.world;
        const bool af_first = world.ledger->body(entries[0]).recipient_agency == world.af.agency ||
                              world.ledger->body(entries[1]).recipient_agency != world.af.agency;
        auto delivery = world.delivery(world.af, a.bytes, a.at);
        delivery.proof = world.ledger->proof(entries[af_first ? 0 : 1]);
        return world.receive(world.af, delivery);
    };
    Accepted right;
    REQUIRE(right.world.ledger->body(right.at[0]).recipient_agency == right.world.af.agency);
    CHECK(hand_out(right, right.again([](EntryBody&) {})).reception != client::Reception::Refused);
    for (const Row& row : wrong_acceptances()) {
        CAPTURE(row.field);
        Accepted a;
        const auto report = hand_out(a, a.again(row.change));
        CHECK(report.reception == client::Reception::Refused);
    }
}

// Fails if check_entry() does not compare the certificate: a device would sign that it cannot open
// what was never for it.
TEST_CASE("the stanza of another device of the agency is refused, and nothing signed for it") {
    World world;
    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    const auto bytes = world.bytes_of(world.tj, number);
    const auto at = world.accept(world.tj, bytes);
    world.sync(world.af);
    const auto report = world.receive(world.af, world.delivery(second, bytes, at));
    CHECK(report.reception == client::Reception::Refused);
    REQUIRE(report.problem);
    CHECK(report.problem->code == Errc::LeafInvalid);
}

// Fails if check_statement_entry() leaves out one comparison.
TEST_CASE("the entry of a statement is refused for each single field that was not signed") {
    const std::vector<Row> rows{
        {"event",
         [](EntryBody& b) { b.event = crypto::event_number(crypto::MessageEvent::Opened); }},
        {"envelope hash", [](EntryBody& b) { b.envelope_hash->bytes[0] ^= std::byte{1}; }},
        {"accepted", [](EntryBody& b) { b.accepted = b.accepted->next(); }},
        {"statement", [](EntryBody& b) { flip(b.statement); }},
    };
    Accepted a;
    World& world = a.world;
    const crypto::DeliveryStatement statement{crypto::DeliveryEvent::Delivered,
                                              crypto::envelope_hash(a.bytes.statement),
                                              world.af.certificate,
                                              a.at.front(),
                                              world.now,
                                              0};
    const auto batch = crypto::sign_statements({}, {&statement, 1}, world.af.key);
    const EntryBody body =
        world.ledger->body(world.log_statement(world.af, statement, batch.item(0), a.at.front()));
    const auto check = [&](const EntryBody& logged) {
        const auto index = world.ledger->append(crypto::LeafKind::Message, logged);
        const auto entry =
            must(client::ProvenEntry::verify(world.ledger->proof(index), world.ledger->head()));
        return client::check_statement_entry(entry, statement);
    };
    CHECK(check(body));
    for (const Row& row : rows) {
        CAPTURE(row.field);
        EntryBody wrong = body;
        row.change(wrong);
        CHECK(error_of(check(wrong)) == Errc::LeafInvalid);
    }
}

// Fails if outbox_logged() forgets the entry of the refusal.
TEST_CASE("an envelope that an entry refused is never shown as accepted") {
    Accepted a;
    World& world = a.world;
    const auto rejected = world.reject(world.tj, a.bytes, "policy.refused");
    const auto refusal = must(client::verify_refusal(a.sent(), world.ledger->proof(rejected),
                                                     world.ledger->head(), world.ledger->note()));
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_refused(txn, a.number, refusal); });
    const auto receipt = must(a.receipt(a.at));
    auto txn = must(world.tj.store->begin_write());
    CHECK(error_of(client::outbox_logged(*txn, a.number, receipt)) == Errc::LeafInvalid);
}

// Fails if move_office() does not compare the ranks, or apply_event() does not look for the device
// among those that were sealed to.
TEST_CASE("an office never moves back, nor by a device that joined later") {
    World world;
    Sender sender(world);
    const auto number = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    sender.log(world.tj, number);
    const auto stage = [&] { return world.item_of(world.tj, number).offices.front().stage; };
    const Post later = world.make_device("AF-CNP", "AF-SKB-BLO");
    const auto item = world.item_of(world.tj, number);
    const crypto::DeliveryStatement statement{
        crypto::DeliveryEvent::Delivered, item.hash, later.certificate, *item.entry, world.now, 0};
    const auto batch = crypto::sign_statements({}, {&statement, 1}, later.key);
    const auto index = world.log_statement(later, statement, batch.item(0), *item.entry);
    world.sync(world.tj);
    {
        const auto entry =
            must(client::ProvenEntry::verify(world.ledger->proof(index), world.ledger->head()));
        auto txn = must(world.tj.store->begin_write());
        CHECK(error_of(client::apply_event(*txn, world.tj.roots, entry)) == Errc::LeafInvalid);
    }
    CHECK(stage() == schemas::Stage::Logged);
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Opened);
    CHECK(stage() == schemas::Stage::Opened);
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Delivered);
    CHECK(stage() == schemas::Stage::Opened);
}

}  // namespace chapar::testing
