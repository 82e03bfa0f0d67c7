#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "client/edge/reconnect_pace.h"
#include "client/edge/transport.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

constexpr int kFramesWaiting = 1024;  // a session's credit keeps it far below

int milliseconds(DurationMs patience) {
    constexpr std::uint64_t kMost = 24ULL * 60 * 60 * 1000;
    return static_cast<int>(std::min(patience.value, kMost));
}

}  // namespace

// The two C handles, closed in the order that cannot block: linger is 0.
struct ZmqTransport::Sockets {
    void* context = nullptr;
    void* dealer = nullptr;

    Sockets() = default;
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;
    ~Sockets() {
        if (dealer != nullptr) zmq_close(dealer);
        if (context != nullptr) zmq_ctx_term(context);
    }

    [[nodiscard]] bool set(int option, int value) const {
        return zmq_setsockopt(dealer, option, &value, sizeof value) == 0;
    }
    [[nodiscard]] bool set(int option, ByteView value) const {
        return zmq_setsockopt(dealer, option, value.data(), value.size()) == 0;
    }
};

ZmqTransport::ZmqTransport(std::unique_ptr<Sockets> sockets) : sockets_(std::move(sockets)) {}
ZmqTransport::~ZmqTransport() = default;

Result<std::unique_ptr<ZmqTransport>> ZmqTransport::connect(const CurveLink& link) {
    auto sockets = std::make_unique<Sockets>();
    sockets->context = zmq_ctx_new();
    if (sockets->context == nullptr) return Error(Errc::Internal, "zmq_ctx_new");
    sockets->dealer = zmq_socket(sockets->context, ZMQ_DEALER);
    if (sockets->dealer == nullptr) return Error(Errc::Internal, "zmq_socket");
    // No routing id is set: the broker gives each connection a fresh random one.
    const bool set = sockets->set(ZMQ_LINGER, 0) && sockets->set(ZMQ_IMMEDIATE, 1) &&
                     sockets->set(ZMQ_SNDTIMEO, milliseconds(link.send_patience)) &&
                     sockets->set(ZMQ_RECONNECT_IVL, milliseconds(link.reconnect)) &&
                     sockets->set(ZMQ_RECONNECT_IVL_MAX, milliseconds(ReconnectPace::kMost)) &&
                     sockets->set(ZMQ_SNDHWM, kFramesWaiting) &&
                     sockets->set(ZMQ_RCVHWM, kFramesWaiting) &&
                     sockets->set(ZMQ_CURVE_SERVERKEY, link.server.view()) &&
                     sockets->set(ZMQ_CURVE_PUBLICKEY, link.own.view()) &&
                     sockets->set(ZMQ_CURVE_SECRETKEY, link.own_secret.expose());
    const auto largest = static_cast<std::int64_t>(limits::kSocketMessageBytes);
    if (!set || zmq_setsockopt(sockets->dealer, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0) {
        return Error(Errc::Internal, zmq_strerror(zmq_errno()));
    }
    if (zmq_connect(sockets->dealer, link.endpoint.c_str()) != 0) {
        return Error(Errc::FieldInvalid, "endpoint " + link.endpoint);
    }
    return std::unique_ptr<ZmqTransport>(new ZmqTransport(std::move(sockets)));
}

Status ZmqTransport::send(ByteView frame) {
    while (zmq_send(sockets_->dealer, frame.data(), frame.size(), 0) < 0) {
        if (zmq_errno() == EINTR) continue;
        return Error(Errc::Unreachable, zmq_strerror(zmq_errno()));
    }
    return Done{};
}

Result<std::optional<Bytes>> ZmqTransport::receive(DurationMs patience) {
    if (!sockets_->set(ZMQ_RCVTIMEO, milliseconds(patience))) {
        return Error(Errc::Internal, zmq_strerror(zmq_errno()));
    }
    zmq_msg_t message;
    zmq_msg_init(&message);
    const int received = zmq_msg_recv(&message, sockets_->dealer, 0);
    const int problem = received < 0 ? zmq_errno() : 0;
    Bytes frame;
    bool more = false;
    if (received >= 0) {
        const auto* data = static_cast<const std::byte*>(zmq_msg_data(&message));
        frame.assign(data, data + zmq_msg_size(&message));
        more = zmq_msg_more(&message) != 0;
    }
    zmq_msg_close(&message);
    if (problem == EAGAIN || problem == EINTR) return std::optional<Bytes>();
    if (problem != 0) return Error(Errc::Unreachable, zmq_strerror(problem));
    if (more) return Error(Errc::MalformedFrame, "more than one part");
    return std::optional(std::move(frame));
}

}  // namespace chapar::client
