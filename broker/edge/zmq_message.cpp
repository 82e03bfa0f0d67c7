// Apart from the sockets: whoever replaces those still needs messages.
#include "broker/edge/zmq_socket.h"

namespace chapar::broker {

ZmqMessage::ZmqMessage(ZmqMessage&& other) noexcept {
    zmq_msg_init(&message_);
    zmq_msg_move(&message_, &other.message_);
}

ZmqMessage& ZmqMessage::operator=(ZmqMessage&& other) noexcept {
    if (this != &other) zmq_msg_move(&message_, &other.message_);
    return *this;
}

ByteView ZmqMessage::bytes() const {
    auto* message = const_cast<zmq_msg_t*>(&message_);  // libzmq's getters are not const
    return {static_cast<const std::byte*>(zmq_msg_data(message)), zmq_msg_size(message)};
}

std::optional<std::string_view> ZmqMessage::property(const char* name) const {
    const char* value = zmq_msg_gets(&message_, name);
    if (value == nullptr) return std::nullopt;
    return std::string_view(value);
}

}  // namespace chapar::broker
