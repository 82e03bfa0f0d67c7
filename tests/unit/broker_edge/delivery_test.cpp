// Mail goes out within credit, is remembered while in flight, and again after a reconnect.
#include "broker/edge/answers.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"
#include "tests/unit/broker_edge/exchange.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

// A session that gets no mail answers a question next.
void check_no_mail(TestClient& client) {
    client.send(schemas::ReceiptsAsk{EntryIndex(0)});
    const auto frame = client.receive();
    REQUIRE(frame);
    CHECK(std::holds_alternative<schemas::Receipts>(*frame));
}

}  // namespace

TEST_CASE("without credit nothing is delivered; with credit exactly so much") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    const auto reader = exchange.session(*exchange.centre.uzbek);
    for (int i = 0; i < 3; ++i) {
        (void)exchange.submit(*sender, exchange.centre.seal(exchange.centre.nothing_seen()));
    }
    check_no_mail(*reader);
    reader->send(schemas::Credit{2});
    std::size_t got = 0;
    while (got < 2) got += reader->expect<schemas::Deliver>().deliveries.size();
    CHECK(got == 2);
    check_no_mail(*reader);
    reader->send(schemas::Credit{5});
    CHECK(reader->expect<schemas::Deliver>().deliveries.size() == 1);
}

// Fails if credit adds up without an end.
TEST_CASE("a session has asked for as many deliveries as it may have asked for, and no more") {
    for (const std::uint32_t asked : {1U, 2U, 3U}) {
        Exchange exchange("[sessions]\ncredit = 2\n");
        const auto sender = exchange.session(*exchange.centre.tajik);
        const auto reader = exchange.session(*exchange.centre.uzbek);
        reader->send(schemas::Credit{asked});
        check_no_mail(*reader);
        for (int i = 0; i < 4; ++i) {
            (void)exchange.submit(*sender, exchange.centre.seal(exchange.centre.nothing_seen()));
        }
        std::size_t got = 0;
        const std::size_t most = std::min(asked, 2U);
        while (got < most) got += reader->expect<schemas::Deliver>().deliveries.size();
        CHECK(got == most);
        check_no_mail(*reader);
    }
}

TEST_CASE("a delivery carries what was sent, with the proof of its entry") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    const auto reader = exchange.session(*exchange.centre.uzbek);
    reader->send(schemas::Credit{1});
    const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
    (void)exchange.submit(*sender, envelope);
    const auto deliver = reader->expect<schemas::Deliver>();
    const auto& delivery = deliver.deliveries.at(0);
    CHECK(delivery.envelope == envelope.envelope);
    CHECK(delivery.item == envelope.item);
    CHECK(delivery.streams == envelope.streams);
    CHECK(delivery.stanza.ct == envelope.stanzas.at(0).ct);
    CHECK(verified_leaf(exchange.centre, deliver.head.checkpoint, delivery.proof).kind ==
          crypto::LeafKind::Message);
}

TEST_CASE("what was not signed for is delivered again on the next session, and only then") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
    (void)exchange.submit(*sender, envelope);
    {
        const auto reader = exchange.session(*exchange.centre.uzbek);
        reader->send(schemas::Credit{5});
        (void)reader->expect<schemas::Deliver>();
        reader->send(schemas::Credit{5});
        check_no_mail(*reader);
    }
    const auto reader = exchange.session(*exchange.centre.uzbek);
    reader->send(schemas::Credit{5});
    const auto again = reader->expect<schemas::Deliver>();
    CHECK(again.deliveries.at(0).envelope == envelope.envelope);
}

TEST_CASE("a signed delivery empties the mailbox and reaches the sender as a receipt") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
    (void)exchange.submit(*sender, envelope);
    const auto reader = exchange.session(*exchange.centre.uzbek);
    reader->send(schemas::Credit{5});
    const auto deliver = reader->expect<schemas::Deliver>();
    const auto statement =
        exchange.centre.statement(*exchange.centre.uzbek, crypto::envelope_hash(envelope.envelope),
                                  deliver.deliveries.at(0).proof.index);
    reader->send(statement);
    const auto outcomes = reader->expect<schemas::Outcomes>();
    CHECK(outcomes.items.at(0).code == "");
    REQUIRE(outcomes.items[0].proofs.size() == 1);
    (void)verified_leaf(exchange.centre, outcomes.head.checkpoint, outcomes.items[0].proofs[0]);

    sender->send(schemas::ReceiptsAsk{EntryIndex(0)});
    const auto receipts = sender->expect<schemas::Receipts>();
    REQUIRE(receipts.proofs.size() == 1);
    CHECK(receipts.proofs[0].index == outcomes.items[0].proofs[0].index);
    (void)verified_leaf(exchange.centre, receipts.head.checkpoint, receipts.proofs[0]);

    const auto later = exchange.session(*exchange.centre.uzbek);
    later->send(schemas::Credit{5});
    check_no_mail(*later);
}

TEST_CASE("mail survives a restart of the broker") {
    const TimeMs now(1795200000000);
    Centre centre(now);
    FakeTime time(now);
    storage::MemoryStore store(broker::store_tables());
    const auto envelope = centre.seal(centre.nothing_seen());
    {
        RunningBroker broker(centre, store, time);
        AdminClient admin(centre.directory() / "admin.sock");
        for (const Bytes& record : centre.records()) admin.publish(record);
        TestClient sender(broker.endpoint(), centre.manifest().curve_key, centre.tajik->curve);
        (void)sender.greet(centre, *centre.tajik);
        sender.send(schemas::Submit{{}, {envelope}});
        CHECK(sender.expect<schemas::Outcomes>().items.at(0).code == "");
        CHECK(broker.stop());
    }
    const auto reopened = storage::MemoryStore::reopen(store).value();
    RunningBroker broker(centre, *reopened, time);
    TestClient reader(broker.endpoint(), centre.manifest().curve_key, centre.uzbek->curve);
    (void)reader.greet(centre, *centre.uzbek);
    reader.send(schemas::Credit{5});
    CHECK(reader.expect<schemas::Deliver>().deliveries.at(0).envelope == envelope.envelope);
}

TEST_CASE("the directory is handed out in proven pieces, without the bodies of policies") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    client->send(schemas::DirectoryAsk{EntryIndex(0)});
    const auto directory = client->expect<schemas::Directory>();
    CHECK(directory.done);
    std::size_t policies = 0;
    for (const auto& entry : directory.entries) {
        const auto leaf = crypto::Leaf::decode(entry.leaf).value();
        CHECK(leaf.kind != crypto::LeafKind::Message);
        if (leaf.kind == crypto::LeafKind::Policy) {
            ++policies;
            CHECK(entry.body.empty());
            continue;
        }
        (void)verified_leaf(exchange.centre, directory.head.checkpoint, entry);
    }
    CHECK(policies == 2);
}

TEST_CASE("outcomes that do not fit one frame are spread over several, none lost") {
    std::vector<schemas::ItemOutcome> items(40);
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i].about.bytes[0] = static_cast<std::byte>(i);
        schemas::EntryProof proof;
        proof.body = Bytes(60'000);
        items[i].proofs.assign(i == 0 ? 9 : 1, proof);
    }
    std::size_t proofs = 0;
    std::set<Hash> seen;
    for (auto& group : broker::split_items(std::move(items))) {
        schemas::Outcomes frame;
        for (const auto& item : group) {
            proofs += item.proofs.size();
            seen.insert(item.about);
        }
        frame.items = std::move(group);
        CHECK(schemas::encode_frame(frame).size() <= limits::kFrameBytes - broker::kHeadRoom);
    }
    CHECK(proofs == 48);
    CHECK(seen.size() == 40);
}
