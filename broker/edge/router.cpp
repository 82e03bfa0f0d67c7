#include "broker/edge/router.h"

#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

// ZMQ_ZAP_ENFORCE_DOMAIN, hidden as a draft in zmq.h though Debian's library has it. Without it,
// CURVE lets everyone in while no ZAP handler is bound.
constexpr int kZapEnforceDomain = 93;

constexpr int kBacklog = 1024;
// In messages, so up to 1.25 MiB for one peer; libzmq counts no bytes.
constexpr int kHighWaterMark = 4;
constexpr int kHeartbeatInterval = 10'000;  // ms
// No timer of libzmq's waits for the PONG: to cancel one it walks all timers of all connections,
// and 10,000 silent ones took two thirds of a core. A PING that nobody's system acknowledges for so
// long ends the connection, by the kernel's count (TCP_USER_TIMEOUT).
constexpr int kHeartbeatTimeout = 0;
constexpr int kUnacknowledged = 30'000;
constexpr int kHeartbeatTtl = 30'000;

Status set_bounds(ZmqSocket& socket, const RouterOptions& options) {
    CHAPAR_TRY(socket.set(ZMQ_MAXMSGSIZE, std::int64_t{limits::kSocketMessageBytes}));
    CHAPAR_TRY(socket.set(ZMQ_RCVHWM, kHighWaterMark));
    CHAPAR_TRY(socket.set(ZMQ_SNDHWM, kHighWaterMark));
    CHAPAR_TRY(socket.set(ZMQ_BACKLOG, kBacklog));
    CHAPAR_TRY(socket.set(ZMQ_HANDSHAKE_IVL, static_cast<int>(options.handshake.value)));
    CHAPAR_TRY(socket.set(ZMQ_HEARTBEAT_IVL, kHeartbeatInterval));
    CHAPAR_TRY(socket.set(ZMQ_HEARTBEAT_TIMEOUT, kHeartbeatTimeout));
    CHAPAR_TRY(socket.set(ZMQ_HEARTBEAT_TTL, kHeartbeatTtl));
    CHAPAR_TRY(socket.set(ZMQ_TCP_MAXRT, kUnacknowledged));
    CHAPAR_TRY(socket.set(ZMQ_ROUTER_HANDOVER, 0));
    CHAPAR_TRY(socket.set(ZMQ_ROUTER_MANDATORY, 1));
    return socket.set(ZMQ_IPV6, 0);
}

Status set_security(ZmqSocket& socket, const crypto::Secret32& curve_secret) {
    CHAPAR_TRY(socket.set(ZMQ_CURVE_SERVER, 1));
    CHAPAR_TRY(socket.set(ZMQ_CURVE_SECRETKEY, curve_secret.expose()));
    CHAPAR_TRY(socket.set(ZMQ_ZAP_DOMAIN, view(kZapDomain)));
    return socket.set(kZapEnforceDomain, 1);
}

std::optional<CurveKey> identity_of(const ZmqMessage& payload) {
    const auto user = payload.property("User-Id");
    if (!user) return std::nullopt;
    const auto bytes = from_hex(*user);
    if (!bytes) return std::nullopt;
    return CurveKey::from(*bytes);
}

}  // namespace

Result<Router> Router::create(const ZmqContext& context, const crypto::Secret32& curve_secret,
                              const RouterOptions& options) {
    ZmqSocket socket = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_ROUTER));
    CHAPAR_TRY(set_bounds(socket, options));
    CHAPAR_TRY(set_security(socket, curve_secret));
    if (options.before_bind) CHAPAR_TRY(options.before_bind(socket));
    CHAPAR_TRY(socket.bind(options.endpoint));
    return Router(std::move(socket));
}

Result<std::optional<Incoming>> Router::receive() {
    ZmqMessage routing_id;
    if (!CHAPAR_TRY(socket_.receive(routing_id))) return std::optional<Incoming>();
    Incoming incoming;
    incoming.from = to_bytes(routing_id.bytes());
    CHAPAR_ASSERT(routing_id.more());
    CHAPAR_TRY(socket_.receive(incoming.payload));
    incoming.link = Link::of(incoming.payload.source_descriptor());
    incoming.key = identity_of(incoming.payload);
    if (incoming.payload.more()) incoming.key.reset();
    bool more = incoming.payload.more();
    while (more) {
        ZmqMessage surplus;
        CHAPAR_TRY(socket_.receive(surplus));
        more = surplus.more();
    }
    return std::optional<Incoming>(std::move(incoming));
}

Status Router::linger(DurationMs at_most) {
    return socket_.set(ZMQ_LINGER, static_cast<int>(at_most.value));
}

Result<SendOutcome> Router::send(const RoutingId& to, ByteView payload) {
    const SendOutcome addressed = CHAPAR_TRY(socket_.send(to, Part::More));
    if (addressed != SendOutcome::Sent) return addressed;
    return socket_.send(payload, Part::Last);
}

}  // namespace chapar::broker
