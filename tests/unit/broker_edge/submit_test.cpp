// From SUBMIT to OUTCOMES over a real socket: every word comes with its proof, after its commit.
#include "crypto/entry_body.h"
#include "tests/unit/broker_edge/exchange.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

// The published note is a commit of its own; tests that count commits keep it away.
const std::string kNoNotes = "published_head_ms = 60000\n";

}  // namespace

TEST_CASE("an accepted envelope is answered with a proof that its sender can verify") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
    const auto outcomes = exchange.submit(*client, envelope);
    REQUIRE(outcomes.items.size() == 1);
    const auto& item = outcomes.items[0];
    CHECK(item.code == "");
    CHECK(item.about == about_of(envelope));
    REQUIRE(item.proofs.size() == 1);
    const auto leaf = verified_leaf(exchange.centre, outcomes.head.checkpoint, item.proofs[0]);
    CHECK(leaf.kind == crypto::LeafKind::Message);
    const auto body = crypto::EntryBody::decode(leaf.kind, item.proofs[0].body).value();
    CHECK(body.event == crypto::event_number(crypto::MessageEvent::Accepted));
    CHECK(body.envelope == envelope.envelope);
}

// Fails if the fold does not look the envelope up first: a replay would be logged as a conflict.
TEST_CASE("the same envelope again gets the same entry, with a proof for the head of now") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
    const auto first = exchange.submit(*client, envelope);
    (void)exchange.submit(*client, exchange.centre.seal(exchange.centre.nothing_seen()));
    const auto again = exchange.submit(*client, envelope);
    REQUIRE(again.items.at(0).proofs.size() == 1);
    CHECK(again.items[0].code == "");
    CHECK(again.items[0].proofs[0].index == first.items.at(0).proofs.at(0).index);
    CHECK(again.items[0].proofs[0].leaf == first.items[0].proofs[0].leaf);
    CHECK(again.head.checkpoint != first.head.checkpoint);
    (void)verified_leaf(exchange.centre, again.head.checkpoint, again.items[0].proofs[0]);
}

// Fails if a head is sent without its consistency proof.
TEST_CASE("each head that a session is shown follows from the one before") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    const auto first =
        exchange.submit(*client, exchange.centre.seal(exchange.centre.nothing_seen()));
    const auto second =
        exchange.submit(*client, exchange.centre.seal(exchange.centre.nothing_seen()));
    const auto old_head = crypto::open_checkpoint(first.head.checkpoint, exchange.centre.log());
    const auto new_head = crypto::open_checkpoint(second.head.checkpoint, exchange.centre.log());
    REQUIRE(old_head);
    REQUIRE(new_head);
    CHECK(new_head->size > old_head->size);
    CHECK(crypto::check_consistency(old_head->size.value, old_head->root, new_head->size.value,
                                    new_head->root, second.head.consistency));
}

// Fails if ingress does not compare the sender with the session.
TEST_CASE("an envelope of another device than the session's ends the session") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.uzbek);
    client->send(schemas::Submit{{}, {exchange.centre.seal(exchange.centre.nothing_seen())}});
    const auto frame = client->receive();
    REQUIRE(frame);
    // Refused by itself or with its frame: never accepted.
    if (const auto* outcomes = std::get_if<schemas::Outcomes>(&*frame)) {
        CHECK(outcomes->items.at(0).code == "sender.not-session");
        CHECK(outcomes->items[0].proofs.empty());
    } else {
        CHECK(std::get<schemas::ErrorFrame>(*frame).code == "sender.not-session");
    }
}

TEST_CASE("many envelopes of many frames are all answered, each once") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    constexpr std::size_t kFrames = 8;
    constexpr std::size_t kEach = 6;
    std::set<Hash> open;
    for (std::size_t i = 0; i < kFrames; ++i) {
        schemas::Submit frame;
        for (std::size_t j = 0; j < kEach; ++j) {
            frame.envelopes.push_back(exchange.centre.seal(exchange.centre.nothing_seen()));
            open.insert(about_of(frame.envelopes.back()));
        }
        client->send(frame);
    }
    while (!open.empty()) {
        const auto outcomes = client->expect<schemas::Outcomes>();
        for (const auto& item : outcomes.items) {
            CHECK(item.code == "");
            CHECK(open.erase(item.about) == 1);
        }
    }
}

TEST_CASE("a commit that fails is never spoken of, and stops the broker") {
    // The commits of the start and of the directory, and then the one of the submission.
    std::uint64_t commits = 0;
    {
        Exchange counting(kNoNotes);
        AdminClient admin(counting.centre.directory() / "admin.sock");
        const auto report = std::get<schemas::StatusReport>(admin.ask(schemas::StatusAsk{}));
        for (const auto& figure : report.figures) {
            if (figure.name == "commits") commits = std::stoull(figure.value);
        }
    }
    REQUIRE(commits > 0);
    for (const auto kept :
         {storage::CommitFault::Kept::Nothing, storage::CommitFault::Kept::Everything}) {
        storage::MemoryStoreOptions options;
        options.commit_fault = storage::CommitFault{commits + 1, kept};
        Exchange exchange(kNoNotes, options);
        const auto client = exchange.session(*exchange.centre.tajik);
        client->send(schemas::Submit{{}, {exchange.centre.seal(exchange.centre.nothing_seen())}});
        const Status ended = exchange.running.wait();
        REQUIRE_FALSE(ended);
        CHECK(ended.error().code == Errc::StoreFailed);
        CHECK_FALSE(client->receive(0));
    }
}

TEST_CASE("a nearly full store refuses new envelopes and still takes statements") {
    Exchange probe;
    const std::uint64_t used = probe.store.usage().value().used_bytes;
    storage::MemoryStoreOptions options;
    options.capacity_bytes = used + used / 2;
    Exchange exchange(options);
    const auto sender = exchange.session(*exchange.centre.tajik);
    const auto reader = exchange.session(*exchange.centre.uzbek);
    reader->send(schemas::Credit{1});
    std::optional<schemas::Deliver> delivered;
    std::string code;
    for (int i = 0; i < 500 && code.empty(); ++i) {
        const auto outcomes =
            exchange.submit(*sender, exchange.centre.seal(exchange.centre.nothing_seen()));
        code = outcomes.items.at(0).code;
        if (!delivered) delivered = reader->expect<schemas::Deliver>();
    }
    CHECK(code == "back-pressure");
    REQUIRE(delivered);
    const auto& first = delivered->deliveries.at(0);
    reader->send(exchange.centre.statement(
        *exchange.centre.uzbek, crypto::envelope_hash(first.envelope), first.proof.index));
    CHECK(reader->expect<schemas::Outcomes>().items.at(0).code == "");
}

TEST_CASE("a frame larger than what a session may have in flight is pushed back whole") {
    Exchange exchange("[sessions]\nin_flight = 2\n");
    const auto client = exchange.session(*exchange.centre.tajik);
    schemas::Submit frame;
    for (int i = 0; i < 3; ++i) {
        frame.envelopes.push_back(exchange.centre.seal(exchange.centre.nothing_seen()));
    }
    client->send(frame);
    const auto outcomes = client->expect<schemas::Outcomes>();
    REQUIRE(outcomes.items.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(outcomes.items[i].code == "back-pressure");
        CHECK(outcomes.items[i].about == about_of(frame.envelopes[i]));
        CHECK(outcomes.items[i].proofs.empty());
    }
    frame.envelopes.pop_back();
    client->send(frame);
    CHECK(client->expect<schemas::Outcomes>().items.at(0).code == "");
}

TEST_CASE("records of its own count into what a session may have in flight") {
    Exchange exchange("[tick]\nmax_wait_ms = 200\n[sessions]\nin_flight = 2\n");
    const EdgeDevice& device = *exchange.centre.tajik;
    const auto client = exchange.session(device);
    crypto::SignedRecord record{crypto::RecordType::Bundle, device.bundle.encode(), {}};
    record.sign(device.key);
    for (int i = 0; i < 3; ++i) client->send(schemas::Publish{record.encode()});
    // The third is answered before the tick that takes the first two.
    const auto outcomes = client->expect<schemas::Outcomes>();
    REQUIRE(outcomes.items.size() == 1);
    CHECK(outcomes.items[0].code == "back-pressure");
}
