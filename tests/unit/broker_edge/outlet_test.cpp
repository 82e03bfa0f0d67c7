// What a peer does not take: kept up to a bound in frames and in bytes, then it loses its session.
#include "broker/edge/outlet.h"

#include <doctest/doctest.h>
#include <poll.h>

#include "broker/edge/zap.h"
#include "crypto/x25519.h"
#include "schemas/base/limits.h"
#include "tests/support/fake_random.h"
#include "tests/unit/broker_edge/test_client.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

constexpr std::size_t kLarge = 256 * 1024;

CurveKey public_half(const crypto::Secret32& secret) {
    return CurveKey::from(crypto::x25519_public_key(secret).view()).value();
}

struct Counter {
    explicit Counter(std::size_t of_all = kOutboxBytes) : bytes(of_all) {
        known.add(public_half(friendly));
        zap = ZapHandler::start(context, known).value();
        router.emplace(Router::create(context, server, {"tcp://127.0.0.1:0"}).value());
        outlet.emplace(*router, sessions, tap, bytes);
    }
    // A session of a peer that has said one word and reads nothing.
    Session& open() {
        auto peer = ZmqSocket::create(context, ZMQ_DEALER).value();
        REQUIRE(peer.set(ZMQ_RCVHWM, 1));
        REQUIRE(peer.set(ZMQ_RCVBUF, 64 * 1024));
        REQUIRE(peer.set(ZMQ_CURVE_SERVERKEY, public_half(server).view()));
        REQUIRE(peer.set(ZMQ_CURVE_PUBLICKEY, public_half(friendly).view()));
        REQUIRE(peer.set(ZMQ_CURVE_SECRETKEY, friendly.expose()));
        REQUIRE(peer.connect(router->endpoint()));
        REQUIRE(peer.send(view("word"), Part::Last));
        peers.push_back(std::move(peer));
        for (int waited = 0; waited <= kDeadlineMs; waited += 50) {
            if (const auto incoming = router->receive().value()) {
                return *sessions.find_or_open(*incoming, DurationMs(0));
            }
            zmq_pollitem_t item{nullptr, router->descriptor(), ZMQ_POLLIN, 0};
            zmq_poll(&item, 1, 50);
        }
        FAIL("no peer");
        return *sessions.find(0);
    }
    // Until libzmq and the kernel take no more of it: then the outbox holds so many large frames.
    void fill(Session& session, std::size_t frames) {
        int calm = 0;
        while (session.outbox.size() < frames || calm < 40) {
            if (session.outbox.size() < frames) {
                REQUIRE(outlet->send(session, Bytes(kLarge)));
                calm = 0;
            }
            poll(nullptr, 0, 10);
            (void)outlet->retry();
            ++calm;
        }
    }

    FakeRandom random{5};
    crypto::Secret32 server = crypto::Secret32::random(random);
    crypto::Secret32 friendly = crypto::Secret32::random(random);
    KnownKeys known;
    ZmqContext context;
    std::unique_ptr<ZapHandler> zap;
    std::optional<Router> router;
    ByteBudget bytes;
    Sessions sessions{100};
    Tap tap;
    std::optional<Outlet> outlet;
    std::vector<ZmqSocket> peers;
};

}  // namespace

// Fails if only frames are counted: 64 of them are 16 MiB.
TEST_CASE("4 MiB that a peer does not take are kept, and the byte above costs it the session") {
    Counter counter;
    Session& session = counter.open();
    counter.fill(session, 15);
    CHECK(session.outbox_bytes == 15 * kLarge);
    CHECK(counter.outlet->send(session, Bytes(kLarge - 1)));
    CHECK(counter.outlet->send(session, Bytes(1)));
    CHECK(session.outbox_bytes == kSessionOutboxBytes);
    CHECK(counter.bytes.used() == kSessionOutboxBytes);
    CHECK_FALSE(counter.outlet->send(session, Bytes(1)));
    CHECK(counter.sessions.size() == 0);
    CHECK(counter.bytes.used() == 0);
}

// Fails if only bytes are counted.
TEST_CASE("64 frames that a peer does not take are kept, and the 65th costs it the session") {
    Counter counter;
    Session& session = counter.open();
    counter.fill(session, 1);
    while (session.outbox.size() < limits::kSessionOutbox) {
        REQUIRE(counter.outlet->send(session, Bytes(10)));
    }
    CHECK_FALSE(counter.outlet->send(session, Bytes(10)));
    CHECK(counter.sessions.size() == 0);
}

// Fails if the peer that speaks next pays for the one that takes nothing.
TEST_CASE("beyond what all may leave waiting the fullest is cut, and the other keeps its own") {
    Counter counter(8 * kLarge);
    Session& greedy = counter.open();
    Session& modest = counter.open();
    while (counter.bytes.used() < 8 * kLarge) {
        counter.fill(greedy, 6);
        counter.fill(modest, 2);
    }
    CHECK(counter.bytes.used() == 8 * kLarge);
    CHECK(greedy.link.alive());
    CHECK(counter.outlet->send(modest, Bytes(1)));
    CHECK(modest.outbox.size() == 3);
    CHECK(greedy.outbox.empty());
    CHECK(counter.bytes.used() == 2 * kLarge + 1);
}
