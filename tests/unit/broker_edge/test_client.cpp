#include "tests/unit/broker_edge/test_client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "crypto/x25519.h"
#include "schemas/base/layout.h"
#include "schemas/frames_codec.h"

namespace chapar::testing {
namespace {

void must(const Status& status) {
    if (!status) std::fprintf(stderr, "test client: %s\n", status.error().context.c_str());
    CHAPAR_ASSERT(status.has_value());
}

bool wait_readable(broker::ZmqSocket& socket, int deadline_ms) {
    zmq_pollitem_t item{socket.get(), 0, ZMQ_POLLIN, 0};
    return zmq_poll(&item, 1, deadline_ms) > 0;
}

constexpr const char* kMonitor = "inproc://monitor";
constexpr int kRefusals = ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                          ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

}  // namespace

TestClient::TestClient(const std::string& endpoint, const CurveKey& broker,
                       const crypto::Secret32& curve)
    : socket_(broker::ZmqSocket::create(context_, ZMQ_DEALER).value()),
      monitor_(broker::ZmqSocket::create(context_, ZMQ_PAIR).value()) {
    must(socket_->set(ZMQ_CURVE_SERVERKEY, broker.view()));
    must(socket_->set(ZMQ_CURVE_PUBLICKEY, crypto::x25519_public_key(curve).view()));
    must(socket_->set(ZMQ_CURVE_SECRETKEY, curve.expose()));
    must(socket_->set(ZMQ_RECONNECT_IVL, -1));
    CHAPAR_ASSERT(
        zmq_socket_monitor(socket_->get(), kMonitor, ZMQ_EVENT_DISCONNECTED | kRefusals) == 0);
    must(monitor_->connect(kMonitor));
    must(socket_->connect(endpoint));
}

void TestClient::send(const schemas::Frame& frame) { send_bytes(schemas::encode_frame(frame)); }

void TestClient::send_bytes(ByteView bytes) {
    CHAPAR_ASSERT(socket_->send(bytes, broker::Part::Last).has_value());
}

void TestClient::send_parts(const std::vector<Bytes>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto part = i + 1 < parts.size() ? broker::Part::More : broker::Part::Last;
        CHAPAR_ASSERT(socket_->send(parts[i], part).has_value());
    }
}

std::optional<schemas::Frame> TestClient::receive(int deadline_ms) {
    if (!wait_readable(*socket_, deadline_ms)) return std::nullopt;
    broker::ZmqMessage message;
    CHAPAR_ASSERT(socket_->receive(message).value());
    return schemas::decode_frame(message.bytes()).value();
}

bool TestClient::wait_event(int wanted, int deadline_ms) {
    while (wait_readable(*monitor_, deadline_ms)) {
        broker::ZmqMessage event;
        CHAPAR_ASSERT(monitor_->receive(event).value());
        std::uint16_t number = 0;
        std::memcpy(&number, event.bytes().data(), sizeof number);
        broker::ZmqMessage address;
        CHAPAR_ASSERT(monitor_->receive(address).value());
        if ((number & wanted) != 0) return true;
    }
    return false;
}

bool TestClient::was_cut(int deadline_ms) {
    return wait_event(ZMQ_EVENT_DISCONNECTED, deadline_ms);
}

bool TestClient::was_refused(int deadline_ms) {
    return wait_event(ZMQ_EVENT_DISCONNECTED | kRefusals, deadline_ms);
}

void TestClient::hello(const Centre& centre, const EdgeDevice& device, const std::string& note) {
    send(schemas::Connect{});
    const auto challenge = expect<schemas::Challenge>();
    Bytes proven;
    append(proven, challenge.challenge.view());
    append(proven, centre.home().view());
    append(proven, centre.manifest().curve_key.view());
    append(proven, device.hash.view());
    send(schemas::Hello{device.hash, device.key.sign(crypto::Label::Hello, proven), note});
}

schemas::Welcome TestClient::greet(const Centre& centre, const EdgeDevice& device,
                                   const std::string& note) {
    hello(centre, device, note);
    return expect<schemas::Welcome>();
}

AdminClient::AdminClient(const std::filesystem::path& path)
    : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHAPAR_ASSERT(path.string().size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    const timeval deadline{kDeadlineMs / 1000, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    CHAPAR_ASSERT(
        connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

schemas::Frame AdminClient::ask(const schemas::Frame& frame) {
    send(frame);
    return receive();
}

void AdminClient::send(const schemas::Frame& frame) {
    LayoutWriter request;
    request.counted32(schemas::encode_frame(frame));
    must(broker::write_all(socket_.get(), request.bytes(), "admin.sock"));
}

schemas::Frame AdminClient::receive() {
    const auto read_exactly = [&](std::size_t size) {
        Bytes bytes(size);
        std::size_t done = 0;
        while (done < size) {
            const ssize_t got = read(socket_.get(), bytes.data() + done, size - done);
            CHAPAR_ASSERT(got > 0);
            done += static_cast<std::size_t>(got);
        }
        return bytes;
    };
    const Bytes length = read_exactly(4);
    LayoutReader reader(length);
    return schemas::decode_frame(read_exactly(reader.u32())).value();
}

void AdminClient::publish(const Bytes& record) {
    const auto answer = ask(schemas::Publish{record});
    const auto* outcomes = std::get_if<schemas::Outcomes>(&answer);
    CHAPAR_ASSERT(outcomes != nullptr && outcomes->items.size() == 1);
    if (!outcomes->items.front().code.empty()) {
        std::fprintf(stderr, "publish: %s %s\n", outcomes->items.front().code.c_str(),
                     outcomes->items.front().context.c_str());
    }
    CHAPAR_ASSERT(outcomes->items.front().code.empty());
}

}  // namespace chapar::testing
