#include "tests/load/device_link.h"

#include "crypto/hello.h"
#include "crypto/x25519.h"
#include "schemas/frames_codec.h"

namespace chapar::testing {
namespace {

broker::ZmqSocket connected(const broker::ZmqContext& context, const std::string& endpoint,
                            const Centre& centre, const EdgeDevice& device, int water_mark) {
    auto socket = broker::ZmqSocket::create(context, ZMQ_DEALER).value();
    const auto must = [](const Status& status) { CHAPAR_ASSERT(status.has_value()); };
    must(socket.set(ZMQ_CURVE_SERVERKEY, centre.manifest().curve_key.view()));
    must(socket.set(ZMQ_CURVE_PUBLICKEY, crypto::x25519_public_key(device.curve).view()));
    must(socket.set(ZMQ_CURVE_SECRETKEY, device.curve.expose()));
    must(socket.set(ZMQ_RECONNECT_IVL, -1));
    must(socket.set(ZMQ_LINGER, 0));
    must(socket.set(ZMQ_SNDHWM, water_mark));
    must(socket.set(ZMQ_RCVHWM, water_mark));
    must(socket.connect(endpoint));
    return socket;
}

}  // namespace

DeviceLink::DeviceLink(const broker::ZmqContext& context, const std::string& endpoint,
                       const Centre& centre, const EdgeDevice& device, int water_mark)
    : centre_(centre),
      device_(device),
      socket_(connected(context, endpoint, centre, device, water_mark)) {}

bool DeviceLink::greet(int deadline_ms) {
    if (!send(schemas::encode_frame(schemas::Connect{})) || !wait(deadline_ms)) return false;
    const auto answer = receive();
    const auto* challenge = answer ? std::get_if<schemas::Challenge>(&*answer) : nullptr;
    if (challenge == nullptr) return false;
    const Bytes proven = crypto::hello_bytes(challenge->challenge.view(), centre_.home(),
                                             centre_.manifest().curve_key, device_.hash);
    const schemas::Hello hello{device_.hash, device_.key.sign(crypto::Label::Hello, proven),
                               std::string()};
    if (!send(schemas::encode_frame(hello)) || !wait(deadline_ms)) return false;
    const auto welcome = receive();
    return welcome && std::holds_alternative<schemas::Welcome>(*welcome);
}

bool DeviceLink::send(ByteView frame) {
    const auto sent = socket_.send(frame, broker::Part::Last);
    return sent && *sent == broker::SendOutcome::Sent;
}

bool DeviceLink::send_part(ByteView part) {
    const auto sent = socket_.send(part, broker::Part::More);
    return sent && *sent == broker::SendOutcome::Sent;
}

std::optional<schemas::Frame> DeviceLink::receive() {
    broker::ZmqMessage message;
    const auto received = socket_.receive(message);
    if (!received || !*received) return std::nullopt;
    auto frame = schemas::decode_frame(message.bytes());
    if (!frame) return std::nullopt;
    return std::move(*frame);
}

bool DeviceLink::wait(int deadline_ms) {
    zmq_pollitem_t item{socket_.get(), 0, ZMQ_POLLIN, 0};
    return zmq_poll(&item, 1, deadline_ms) > 0;
}

}  // namespace chapar::testing
