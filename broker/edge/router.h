// The broker's one door: a ROUTER socket with CURVE, bounded in everything a stranger can send.
//
// Owns: the socket, its options, and what a frame must look like from outside: one payload beside
// the routing id, with the User-Id that the ZAP handler gave its connection. Does not know what
// stands in the payload or who may come in (zap.h).
//
// The identity of a frame is the User-Id of its payload part. libzmq 4.3.4 loses the metadata of a
// prefetched routing id; and a routing id is chosen by the peer and proves nothing.
//
// Errors of create(): Internal (the address cannot be bound ..). Resource type, loop thread only.
// Source: zmq_setsockopt(3); schemas/README.md, "Frames"; design reliability.md 0 and 4.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "broker/edge/link.h"
#include "broker/edge/zmq_socket.h"
#include "crypto/secret.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"

namespace chapar::broker {

// ZAP is asked for connections of this domain; without a handler they are refused.
constexpr const char* kZapDomain = "chapar";

using RoutingId = Bytes;  // chosen by libzmq or the peer; at most 255 bytes

struct RouterOptions {
    std::string endpoint;
    DurationMs handshake{3'000};
    // Whoever must hear of the first connection, too (warden_thread.h).
    std::function<Status(ZmqSocket&)> before_bind{};
};

struct Incoming {
    RoutingId from;
    // Empty: no User-Id, or more parts than two. Such a frame is dropped and its link cut.
    std::optional<CurveKey> key;
    Link link;
    ZmqMessage payload;
};

class Router {
  public:
    [[nodiscard]] static Result<Router> create(const ZmqContext& context,
                                               const crypto::Secret32& curve_secret,
                                               const RouterOptions& options);

    // Empty if nothing waits.
    [[nodiscard]] Result<std::optional<Incoming>> receive();
    [[nodiscard]] Result<SendOutcome> send(const RoutingId& to, ByteView payload);

    // Once, before the end: closing waits so long for what peers have not taken yet.
    [[nodiscard]] Status linger(DurationMs at_most);

    // With the port that was really bound.
    [[nodiscard]] std::string endpoint() const { return socket_.last_endpoint(); }
    [[nodiscard]] int descriptor() const { return socket_.descriptor(); }
    [[nodiscard]] bool readable() const { return (socket_.events() & ZMQ_POLLIN) != 0; }

  private:
    explicit Router(ZmqSocket socket) : socket_(std::move(socket)) {}
    ZmqSocket socket_;
};

}  // namespace chapar::broker
