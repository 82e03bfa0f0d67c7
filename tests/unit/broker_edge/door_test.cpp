// Who gets in, and what is cut before it is looked at.
#include <doctest/doctest.h>

#include "broker/edge/router.h"
#include "broker/edge/zap.h"
#include "crypto/x25519.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "tests/unit/broker_edge/test_client.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

CurveKey public_half(const crypto::Secret32& secret) {
    return CurveKey{crypto::x25519_public_key(secret).bytes};
}

// A router alone, with or without its ZAP handler, that knows one key.
struct Door {
    enum class Handler : std::uint8_t { Bound, Absent };

    explicit Door(Handler handler) {
        known.add(public_half(friendly));
        if (handler == Handler::Bound) zap = ZapHandler::start(context, known).value();
        router.emplace(
            Router::create(context, server, {"tcp://127.0.0.1:0", DurationMs(3'000)}).value());
    }
    TestClient client(const CurveKey& server_key, const crypto::Secret32& own) {
        return TestClient(router->endpoint(), server_key, own);
    }
    std::optional<Incoming> receive(int deadline_ms = kDeadlineMs) {
        for (int waited = 0; waited <= deadline_ms; waited += 50) {
            if (auto incoming = router->receive().value()) return incoming;
            zmq_pollitem_t item{nullptr, router->descriptor(), ZMQ_POLLIN, 0};
            zmq_poll(&item, 1, 50);
        }
        return std::nullopt;
    }

    FakeRandom random{5};
    crypto::Secret32 server = crypto::Secret32::random(random);
    crypto::Secret32 friendly = crypto::Secret32::random(random);
    crypto::Secret32 stranger = crypto::Secret32::random(random);
    KnownKeys known;
    ZmqContext context;
    std::unique_ptr<ZapHandler> zap;
    std::optional<Router> router;
};

std::vector<Bytes> zap_request(const CurveKey& key) {
    return {to_bytes("1.0"), to_bytes("7"),     to_bytes("chapar"),  to_bytes("127.0.0.1"),
            to_bytes(""),    to_bytes("CURVE"), to_bytes(key.view())};
}

}  // namespace

TEST_CASE("the ZAP answer names the key of a known certificate, and refuses all else") {
    KnownKeys known;
    CurveKey key;
    key.bytes[3] = std::byte{9};
    auto request = zap_request(key);
    CHECK(answer_zap(request, known)[2] == "400");
    known.add(key);
    const auto answer = answer_zap(request, known);
    CHECK(answer[1] == "7");
    CHECK(answer[2] == "200");
    CHECK(answer[4] == to_hex(key.view()));
    for (const std::size_t part : {0U, 2U, 5U, 6U}) {
        auto wrong = request;
        wrong[part].push_back(std::byte{'x'});
        CAPTURE(part);
        CHECK(answer_zap(wrong, known)[2] == "400");
    }
    request.pop_back();
    CHECK(answer_zap(request, known)[2] == "400");
    CHECK(answer_zap({}, known)[2] == "400");
}

TEST_CASE("a known key comes in, and its frame carries it as identity") {
    Door door(Door::Handler::Bound);
    TestClient client = door.client(public_half(door.server), door.friendly);
    client.send_bytes(view("hello"));
    const auto incoming = door.receive();
    REQUIRE(incoming);
    CHECK(incoming->key == public_half(door.friendly));
    CHECK(to_string(incoming->payload.bytes()) == "hello");
    CHECK(incoming->link.alive());
}

TEST_CASE("an unknown key is refused at the handshake") {
    Door door(Door::Handler::Bound);
    TestClient client = door.client(public_half(door.server), door.stranger);
    client.send_bytes(view("hello"));
    CHECK(client.was_refused());
    CHECK_FALSE(door.receive(0));
}

TEST_CASE("a client that expects another broker key gets no connection") {
    Door door(Door::Handler::Bound);
    TestClient client = door.client(public_half(door.stranger), door.friendly);
    client.send_bytes(view("hello"));
    CHECK(client.was_refused());
    CHECK_FALSE(door.receive(0));
}

TEST_CASE("without a ZAP handler nobody comes in, not even a known key") {
    Door door(Door::Handler::Absent);
    TestClient client = door.client(public_half(door.server), door.friendly);
    client.send_bytes(view("hello"));
    CHECK(client.was_refused());
    CHECK_FALSE(door.receive(0));
}

TEST_CASE("a frame above the socket's limit is cut by libzmq and never seen") {
    Door door(Door::Handler::Bound);
    TestClient client = door.client(public_half(door.server), door.friendly);
    client.send_bytes(Bytes(limits::kSocketMessageBytes + 1024));
    CHECK(client.was_cut());
    CHECK_FALSE(door.receive(0));
}

// Fails if the socket's limit is another one. On the wire a message is 33 bytes longer: command
// name, nonce, tag, flags (RFC 26).
TEST_CASE("a message is as long as the socket's limit, and the byte above costs the link") {
    constexpr std::size_t kMost = limits::kSocketMessageBytes - 33;
    for (const std::size_t bytes : {kMost - 1, kMost, kMost + 1}) {
        CAPTURE(bytes);
        Door door(Door::Handler::Bound);
        TestClient client = door.client(public_half(door.server), door.friendly);
        client.send_bytes(Bytes(bytes));
        if (bytes > kMost) {
            CHECK(client.was_cut());
            CHECK_FALSE(door.receive(0));
            continue;
        }
        const auto incoming = door.receive();
        REQUIRE(incoming);
        CHECK(incoming->payload.bytes().size() == bytes);
    }
}

TEST_CASE("a message of more parts than one has no identity") {
    Door door(Door::Handler::Bound);
    TestClient client = door.client(public_half(door.server), door.friendly);
    client.send_parts({to_bytes("a"), to_bytes("b"), to_bytes("c")});
    client.send_bytes(view("next"));
    const auto first = door.receive();
    REQUIRE(first);
    CHECK_FALSE(first->key);
    const auto second = door.receive();
    REQUIRE(second);
    CHECK(to_string(second->payload.bytes()) == "next");
}

TEST_CASE("a link that is cut is not alive, and its client notices") {
    Door door(Door::Handler::Bound);
    TestClient client = door.client(public_half(door.server), door.friendly);
    client.send_bytes(view("hello"));
    const auto incoming = door.receive();
    REQUIRE(incoming);
    incoming->link.cut();
    CHECK(client.was_cut());
}
