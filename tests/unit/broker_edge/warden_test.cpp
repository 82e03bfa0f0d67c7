// The warden over real connections: a router, peers that misbehave, and the kernel's figures.
#include "broker/edge/warden_thread.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/edge/router.h"
#include "broker/edge/tcp_figures.h"
#include "broker/edge/zap.h"
#include "crypto/x25519.h"
#include "schemas/base/limits.h"
#include "tests/unit/broker_edge/running_broker.h"
#include "tests/unit/broker_edge/test_client.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

CurveKey public_half(const crypto::Secret32& secret) {
    return CurveKey::from(crypto::x25519_public_key(secret).view()).value();
}

ConnectionBounds shared_loopback() {
    ConnectionBounds bounds;
    bounds.shared_addresses = {*address_of("127.0.0.1")};
    return bounds;
}

struct Guarded {
    explicit Guarded(const ConnectionBounds& bounds = shared_loopback()) {
        known.add(public_half(friendly));
        zap = ZapHandler::start(context, known).value();
        warden = WardenThread::create(context, bounds, time).value();
        router.emplace(
            Router::create(context, server,
                           {"tcp://127.0.0.1:0", DurationMs(60'000),
                            [this](ZmqSocket& socket) { return warden->watch(context, socket); }})
                .value());
    }
    std::uint16_t port() const {
        const std::string endpoint = router->endpoint();
        return static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
    }
    // A frame whose connection the warden has heard of.
    bool receive_and_tell() {
        for (int waited = 0; waited <= kDeadlineMs; waited += 50) {
            if (auto incoming = router->receive().value()) {
                warden->heard(incoming->link, incoming->payload.bytes().size());
                return true;
            }
            zmq_pollitem_t item{nullptr, router->descriptor(), ZMQ_POLLIN, 0};
            zmq_poll(&item, 1, 50);
        }
        return false;
    }
    template <typename Condition>
    bool comes_true(Condition condition) {
        for (int waited = 0; waited <= kDeadlineMs; waited += 10) {
            if (condition(warden->figures())) return true;
            poll(nullptr, 0, 10);
        }
        return false;
    }
    std::uint64_t cuts(CutReason reason) const {
        return warden->figures().cuts.at(static_cast<std::size_t>(reason));
    }

    FakeTime time{TimeMs(1795200000000)};
    FakeRandom random{5};
    crypto::Secret32 server = crypto::Secret32::random(random);
    crypto::Secret32 friendly = crypto::Secret32::random(random);
    KnownKeys known;
    ZmqContext context;
    std::unique_ptr<ZapHandler> zap;
    std::unique_ptr<WardenThread> warden;
    std::optional<Router> router;
};

// A TCP connection that need not speak ZMTP, from an address of its choice.
class RawPeer {
  public:
    explicit RawPeer(std::uint16_t port, const char* from = "127.0.0.1")
        : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        inet_pton(AF_INET, from, &own.sin_addr);
        REQUIRE(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
        sockaddr_in there = own;
        there.sin_port = htons(port);
        inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
        REQUIRE(connect(socket_.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) ==
                0);
    }
    // What the kernel takes of it; false once the connection has been cut.
    bool send_all(const Bytes& bytes) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t sent =
                ::send(socket_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (sent < 0) return false;
            done += static_cast<std::size_t>(sent);
        }
        return true;
    }
    bool was_cut() {
        std::byte buffer[4096];
        pollfd item{socket_.get(), POLLIN, 0};
        while (poll(&item, 1, kDeadlineMs) > 0) {
            if (recv(socket_.get(), buffer, sizeof buffer, 0) <= 0) return true;
        }
        return false;
    }

  private:
    FileDescriptor socket_;
};

}  // namespace

// Fails if the endless parts of one message are not counted: libzmq keeps them all, and the
// application sees nothing.
TEST_CASE("a peer with a valid key that never ends its message is cut after 2 MiB") {
    Guarded door;
    TestClient client(door.router->endpoint(), public_half(door.server), door.friendly);
    client.send_bytes(view("hello"));
    REQUIRE(door.receive_and_tell());
    CHECK(door.comes_true([](const auto& f) { return f.connections == 1 && f.pending == 0; }));
    client.send_parts(std::vector<Bytes>(512, Bytes(65'536)));
    CHECK(client.was_cut());
    CHECK(door.cuts(CutReason::MessageBytes) == 1);
    CHECK(door.comes_true([](const auto& f) { return f.connections == 0; }));
    const auto cuts = door.warden->take_cuts();
    REQUIRE(cuts.size() == 1);
    CHECK(address_text(cuts[0].address) == "127.0.0.1");
}

// Fails if the base is not moved: 64 messages of 100 KB are 6.4 MB.
TEST_CASE("a peer whose messages end may send as many as it likes") {
    Guarded door;
    TestClient client(door.router->endpoint(), public_half(door.server), door.friendly);
    for (int i = 0; i < 64; ++i) {
        client.send_bytes(Bytes(100'000));
        REQUIRE(door.receive_and_tell());
    }
    CHECK(door.warden->figures().connections == 1);
    CHECK(door.warden->take_cuts().empty());
    CHECK_FALSE(client.was_cut(0));
}

// Fails if connections that never end a handshake have no deadline: libzmq's own ends once the
// greeting has come.
TEST_CASE("a peer that only greets is cut when its time is over, however it dribbles on") {
    Guarded door;
    RawPeer peer(door.port());
    Bytes greeting(64);
    greeting[0] = std::byte{0xFF};
    greeting[9] = std::byte{0x7F};
    greeting[10] = std::byte{3};
    const std::string_view mechanism = "CURVE";
    for (std::size_t i = 0; i < mechanism.size(); ++i) {
        greeting[12 + i] = static_cast<std::byte>(mechanism[i]);
    }
    // A command of 200 bytes is begun, too.
    append(greeting, Bytes{std::byte{4}, std::byte{200}});
    REQUIRE(peer.send_all(greeting));
    REQUIRE(door.comes_true([](const auto& f) { return f.pending == 1; }));
    for (int second = 0; second < 14; ++second) {
        door.time.advance(kSecond);
        peer.send_all(Bytes(1));
    }
    CHECK(peer.was_cut());
    CHECK(door.cuts(CutReason::NoFirstMessage) == 1);
}

// Fails if the monitor is not listened to from the first connection on.
TEST_CASE("the 17th connection of one address that says nothing costs the first its place") {
    Guarded door;
    std::vector<std::unique_ptr<RawPeer>> peers;
    // The first alone, for connections of one moment have no order: the kernel numbers sockets in
    // batches, a processor each.
    for (std::size_t i = 0; i < 16; ++i) {
        peers.push_back(std::make_unique<RawPeer>(door.port(), "127.0.0.2"));
        if (i > 0) continue;
        REQUIRE(door.comes_true([](const auto& f) { return f.pending == 1; }));
        door.time.advance(DurationMs(1));
    }
    REQUIRE(door.comes_true([](const auto& f) { return f.pending == 16; }));
    door.time.advance(kSecond);  // the rate of one address is another bound
    peers.push_back(std::make_unique<RawPeer>(door.port(), "127.0.0.2"));
    CHECK(peers.front()->was_cut());
    CHECK(door.cuts(CutReason::PendingOfAddress) == 1);
    CHECK(door.warden->figures().pending == 16);
}

// Fails if a connection that its peer closed is counted for ever.
TEST_CASE("connections that their peers close are forgotten") {
    Guarded door;
    {
        std::vector<std::unique_ptr<RawPeer>> peers;
        for (int i = 0; i < 50; ++i) peers.push_back(std::make_unique<RawPeer>(door.port()));
        REQUIRE(door.comes_true([](const auto& f) { return f.connections == 50; }));
    }
    CHECK(door.comes_true([](const auto& f) { return f.connections == 0 && f.pending == 0; }));
    CHECK(door.warden->take_cuts().empty());
}

TEST_CASE("addresses are read and written as numbers with dots") {
    CHECK(address_text(*address_of("192.0.2.7")) == "192.0.2.7");
    CHECK_FALSE(address_of("192.0.2"));
    CHECK_FALSE(tcp_figures(-1));
    CHECK(raise_descriptor_limit() >= 256);
}
