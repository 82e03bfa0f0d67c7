// The bounds of sessions and agencies on a running broker, and what those beyond them are told.
#include "broker/edge/answer_pace.h"
#include "broker/edge/outlet.h"
#include "broker/edge/sessions.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/figures.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

schemas::Submit frame_of(Exchange& exchange, std::size_t envelopes) {
    schemas::Submit frame;
    for (std::size_t i = 0; i < envelopes; ++i) {
        frame.envelopes.push_back(exchange.centre.seal(exchange.centre.nothing_seen()));
    }
    return frame;
}

// The codes of so many outcomes.
std::multiset<std::string> codes(TestClient& client, std::size_t count) {
    std::multiset<std::string> found;
    while (found.size() < count) {
        for (const auto& item : client.expect<schemas::Outcomes>().items) found.insert(item.code);
    }
    return found;
}

}  // namespace

// Fails if the rate of an agency is not asked, or one agency's use is held against another.
TEST_CASE("what an agency submits beyond its rate is pushed back, and taken when time has passed") {
    Exchange exchange("[quotas]\nenvelopes_per_second = 10\nenvelopes_burst = 256\n");
    const auto client = exchange.session(*exchange.centre.tajik);
    // Half of the burst, and a quarter of it beyond that is one device's: 128 and 64.
    for (int i = 0; i < 13; ++i) {
        client->send(frame_of(exchange, 16));
        CHECK(codes(*client, 16).count("") == 16);
    }
    const auto beyond = frame_of(exchange, 1);
    client->send(beyond);
    CHECK(codes(*client, 1).count("back-pressure") == 1);
    CHECK(figure(exchange.centre, "pushed_back") == "1");
    exchange.time.advance(DurationMs(500));
    client->send(beyond);
    CHECK(codes(*client, 1).count("") == 1);
    client->send(frame_of(exchange, 1));
    CHECK(codes(*client, 1).count("back-pressure") == 1);
}

// Fails if sessions are not counted by agency, or the newcomer is refused and the hog stays.
TEST_CASE("where an agency has too many sessions the oldest of the device with most ends") {
    Exchange exchange("[connections]\nper_agency = 2\n");
    auto first = exchange.session(*exchange.centre.tajik);
    const auto second = exchange.session(*exchange.centre.tajik);
    const auto third = exchange.session(*exchange.centre.tajik);
    CHECK(figure(exchange.centre, "sessions") == "2");
    second->send(schemas::ReceiptsAsk{EntryIndex(0)});
    (void)second->expect<schemas::Receipts>();
    const auto other = exchange.session(*exchange.centre.uzbek);
    CHECK(figure(exchange.centre, "sessions") == "3");
}

// Fails if the newest ends, or one of a device that has fewer.
TEST_CASE("no device keeps its colleagues out, and each may come back over its own dead link") {
    broker::Sessions sessions(100);
    const AgencyId agency = AgencyId::parse("TJ-DCA").value();
    const auto device = [](std::uint8_t number) {
        CertificateHash hash;
        hash.bytes.fill(std::byte{number});
        return hash;
    };
    std::uint8_t routes = 0;
    const auto greet = [&](std::uint8_t number) {
        broker::Incoming incoming;
        incoming.from = Bytes(4, std::byte{++routes});
        incoming.key = CurveKey{};
        incoming.key->bytes.fill(std::byte{number});
        broker::Session* session = sessions.find_or_open(incoming, DurationMs(0));
        REQUIRE(session != nullptr);
        session->state = broker::SessionState::Challenged;
        sessions.greeted(*session, {device(number), agency, OfficeId::parse("TJ-BLO").value(), 0});
        return session->number;
    };
    const broker::SessionNumber oldest = greet(1);
    const broker::SessionNumber colleague = greet(2);
    const broker::SessionNumber second = greet(1);
    const broker::SessionNumber third = greet(1);
    CHECK(sessions.make_room(agency, device(3)));
    CHECK(sessions.find(oldest) == nullptr);
    CHECK(sessions.make_room(agency, device(3)));
    CHECK(sessions.find(second) == nullptr);
    CHECK_FALSE(sessions.make_room(agency, device(3)));
    CHECK(sessions.find(third) != nullptr);
    CHECK(sessions.make_room(agency, device(2)));
    CHECK(sessions.find(colleague) == nullptr);
    CHECK_FALSE(sessions.make_room(AgencyId::parse("UZ-NDC").value(), device(3)));
}

// Fails if a session that has said nothing whole, or one that is gone, is not told apart.
TEST_CASE("the status tells connections and what waits in memory") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    CHECK(figure(exchange.centre, "connections") == "1");
    CHECK(figure(exchange.centre, "connections_pending") == "0");
    CHECK(figure(exchange.centre, "connections_cut") == "0");
    CHECK(figure(exchange.centre, "intake_bytes") == "0");
    CHECK(figure(exchange.centre, "outbox_bytes") == "0");
}

namespace {

// Asks until nothing more is answered before the clock goes on; of small answers each counts alike.
void use_up_answers(TestClient& client, broker::AnswerPace& pace, DurationMs now) {
    constexpr std::size_t kAtOnce = 32;
    while (pace.may(now)) {
        std::size_t asked = 0;
        for (; asked < kAtOnce && pace.may(now); ++asked) {
            client.send(schemas::ReceiptsAsk{EntryIndex(0)});
            pace.answered(broker::AnswerPace::kLeastBytes, now);
        }
        for (; asked > 0; --asked) (void)client.expect<schemas::Receipts>();
    }
}

}  // namespace

// Fails if open questions are not counted, or counted off when they are answered.
TEST_CASE("64 questions of a session wait, and the 65th ends it") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    broker::AnswerPace pace;
    const DurationMs start = exchange.time.elapsed();
    use_up_answers(*client, pace, start);
    const auto ask = [&](std::size_t count) {
        for (; count > 0; --count) client->send(schemas::ReceiptsAsk{EntryIndex(0)});
    };
    ask(63);
    wait_for(exchange.centre, "questions", "63");
    ask(1);
    wait_for(exchange.centre, "questions", "64");
    exchange.time.advance(kSecond);
    for (std::size_t i = 0; i < 64; ++i) (void)client->expect<schemas::Receipts>();
    wait_for(exchange.centre, "questions", "0");

    const DurationMs later = exchange.time.elapsed();
    for (std::size_t i = 0; i < 64; ++i) pace.answered(broker::AnswerPace::kLeastBytes, later);
    use_up_answers(*client, pace, later);
    ask(64);
    wait_for(exchange.centre, "questions", "64");
    ask(1);
    CHECK(client->expect<schemas::ErrorFrame>().code == "back-pressure");
    CHECK(client->was_cut());
}

// Fails if the register has no bound, or one that is one off.
TEST_CASE("there are as many sessions as there may be, and a place again when one has ended") {
    broker::Sessions sessions(3);
    std::uint8_t peers = 0;
    const auto open = [&] {
        broker::Incoming incoming;
        incoming.from = Bytes(4, std::byte{++peers});
        incoming.key = CurveKey{};
        incoming.key->bytes.fill(std::byte{peers});
        return sessions.find_or_open(incoming, DurationMs(0));
    };
    CHECK(open() != nullptr);
    CHECK(open() != nullptr);
    const broker::Session* third = open();
    REQUIRE(third != nullptr);
    CHECK(open() == nullptr);
    CHECK(sessions.size() == 3);
    sessions.end(third->number);
    CHECK(open() != nullptr);
    CHECK(open() == nullptr);
}

// Fails if a question may cost its asker the session while it is answered in turn.
TEST_CASE("64 questions at once are all answered, in their order") {
    Exchange exchange;
    const auto client = exchange.session(*exchange.centre.tajik);
    for (std::uint64_t i = 0; i < 64; ++i) {
        if (i % 2 == 0) client->send(schemas::ReceiptsAsk{EntryIndex(0)});
        if (i % 2 == 1) client->send(schemas::DirectoryAsk{EntryIndex(0)});
    }
    for (std::uint64_t i = 0; i < 32; ++i) {
        (void)client->expect<schemas::Receipts>();
        (void)client->expect<schemas::Directory>();
    }
}

namespace {

// Much mail for a reader that has granted credit for all of it, and has been silent since.
struct SilentReader {
    static constexpr std::size_t kEnvelopes = 24;

    SilentReader() {
        for (std::size_t i = 0; i < kEnvelopes; ++i) submit();
        reader->send(schemas::Credit{kEnvelopes + 1});
        while (bytes < broker::kMailUnheard) {
            const auto frame = reader->expect<schemas::Deliver>();
            got += frame.deliveries.size();
            bytes += schemas::encode_frame(frame).size();
        }
    }
    void submit() {
        sender->send(schemas::Submit{{}, {exchange.centre.seal_with({large}).envelope}});
        CHECK(codes(*sender, 1).count("") == 1);
    }

    Exchange exchange;
    Bytes large = Bytes(40'000);
    std::unique_ptr<TestClient> sender = exchange.session(*exchange.centre.tajik);
    std::unique_ptr<TestClient> reader = exchange.session(*exchange.centre.uzbek);
    std::size_t got = 0;
    std::size_t bytes = 0;
};

}  // namespace

// Fails if mail goes on to a session that says nothing: it would come before the end of the
// session.
TEST_CASE("a session that says nothing gets no more than 512 KiB of mail") {
    SilentReader scene;
    CHECK(scene.got < SilentReader::kEnvelopes);
    CHECK(scene.bytes < broker::kMailUnheard + limits::kFrameBytes);
    scene.submit();
    AdminClient admin(scene.exchange.centre.directory() / "admin.sock");
    admin.publish(scene.exchange.centre.revocation(*scene.exchange.centre.uzbek));
    (void)scene.reader->expect<schemas::ErrorFrame>();
}

// Fails if what it says does not count as a sign of life.
TEST_CASE("a session that said nothing for long gets the rest of its mail when it speaks") {
    SilentReader scene;
    constexpr std::size_t kEnvelopes = SilentReader::kEnvelopes;
    std::size_t got = scene.got;
    const auto& reader = scene.reader;
    reader->send(schemas::ReceiptsAsk{EntryIndex(0)});
    while (got < kEnvelopes) {
        const auto frame = reader->receive();
        REQUIRE(frame);
        const auto* deliver = std::get_if<schemas::Deliver>(&*frame);
        if (deliver == nullptr) {
            reader->send(schemas::ReceiptsAsk{EntryIndex(0)});
            continue;
        }
        got += deliver->deliveries.size();
    }
    CHECK(got == kEnvelopes);
}

// Fails if answers are not paced, or what was not used is lost at once or kept for ever.
TEST_CASE("answers take 32 MiB a second and what a quarter of a second has saved up") {
    broker::AnswerPace pace;
    const DurationMs now(1'000'000);
    constexpr std::uint64_t kSaved = broker::AnswerPace::kBytesPerSecond / 4;
    pace.answered(kSaved, now);
    CHECK(pace.may(now));
    pace.answered(broker::AnswerPace::kLeastBytes, now);
    CHECK_FALSE(pace.may(now));
    CHECK(pace.may(DurationMs(now.value + 1)));
    const DurationMs later(now.value + 100'000);
    pace.answered(kSaved + 33'555, later);
    CHECK_FALSE(pace.may(later));
}
