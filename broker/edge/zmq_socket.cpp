#include "broker/edge/zmq_socket.h"

#include <array>
#include <cerrno>
#include <utility>

namespace chapar::broker {
namespace {

Error failed(const char* call) {
    return Error(Errc::Internal, std::string(call) + ": " + zmq_strerror(zmq_errno()));
}

}  // namespace

ZmqContext::ZmqContext() : context_(zmq_ctx_new()) {
    CHAPAR_ASSERT(context_ != nullptr);
    // The default of 1,023 would refuse connections long before the configured session count.
    zmq_ctx_set(context_, ZMQ_MAX_SOCKETS, zmq_ctx_get(context_, ZMQ_SOCKET_LIMIT));
}

ZmqContext::~ZmqContext() {
    while (zmq_ctx_term(context_) != 0 && zmq_errno() == EINTR) {
    }
}

Result<ZmqSocket> ZmqSocket::create(const ZmqContext& context, int type) {
    void* socket = zmq_socket(context.get(), type);
    if (socket == nullptr) return failed("zmq_socket");
    ZmqSocket owner(socket);
    // Closing must never wait for a peer.
    CHAPAR_TRY(owner.set(ZMQ_LINGER, 0));
    return owner;
}

ZmqSocket::~ZmqSocket() {
    if (socket_ != nullptr) zmq_close(socket_);
}

ZmqSocket::ZmqSocket(ZmqSocket&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {}

ZmqSocket& ZmqSocket::operator=(ZmqSocket&& other) noexcept {
    if (this != &other) {
        if (socket_ != nullptr) zmq_close(socket_);
        socket_ = std::exchange(other.socket_, nullptr);
    }
    return *this;
}

Status ZmqSocket::set(int option, int value) {
    if (zmq_setsockopt(socket_, option, &value, sizeof value) != 0) return failed("zmq_setsockopt");
    return Done{};
}

Status ZmqSocket::set(int option, std::int64_t value) {
    if (zmq_setsockopt(socket_, option, &value, sizeof value) != 0) return failed("zmq_setsockopt");
    return Done{};
}

Status ZmqSocket::set(int option, ByteView value) {
    if (zmq_setsockopt(socket_, option, value.data(), value.size()) != 0) {
        return failed("zmq_setsockopt");
    }
    return Done{};
}

Status ZmqSocket::bind(const std::string& endpoint) {
    if (zmq_bind(socket_, endpoint.c_str()) != 0) return failed("zmq_bind");
    return Done{};
}

Status ZmqSocket::connect(const std::string& endpoint) {
    if (zmq_connect(socket_, endpoint.c_str()) != 0) return failed("zmq_connect");
    return Done{};
}

Result<bool> ZmqSocket::receive(ZmqMessage& into) {
    while (zmq_msg_recv(into.get(), socket_, ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() == EAGAIN) return false;
        if (zmq_errno() != EINTR) return failed("zmq_msg_recv");
    }
    return true;
}

Result<SendOutcome> ZmqSocket::send(ByteView bytes, Part part) {
    const int flags = ZMQ_DONTWAIT | (part == Part::More ? ZMQ_SNDMORE : 0);
    while (zmq_send(socket_, bytes.data(), bytes.size(), flags) < 0) {
        if (zmq_errno() == EAGAIN) return SendOutcome::Busy;
        if (zmq_errno() == EHOSTUNREACH) return SendOutcome::Gone;
        if (zmq_errno() != EINTR) return failed("zmq_send");
    }
    return SendOutcome::Sent;
}

int ZmqSocket::descriptor() const {
    int value = -1;
    std::size_t size = sizeof value;
    CHAPAR_ASSERT(zmq_getsockopt(socket_, ZMQ_FD, &value, &size) == 0);
    return value;
}

int ZmqSocket::events() const {
    int value = 0;
    std::size_t size = sizeof value;
    while (zmq_getsockopt(socket_, ZMQ_EVENTS, &value, &size) != 0) {
        CHAPAR_ASSERT(zmq_errno() == EINTR);
    }
    return value;
}

std::string ZmqSocket::last_endpoint() const {
    std::array<char, 256> text{};
    std::size_t size = text.size();
    if (zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, text.data(), &size) != 0 || size == 0) return {};
    return std::string(text.data(), size - 1);
}

}  // namespace chapar::broker
