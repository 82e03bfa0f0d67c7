// The owners of libzmq's C handles: context, message, socket.
//
// Owns: creation, options, closing. Does not know CURVE, ZAP or our frames (router.h, zap.h).
//
// Errors: Internal, with the call and libzmq's text: the loopback of a correct program does not
// fail; what hostile peers do never arrives here as an error. Resource types; a context outlives
// its sockets. Thread: a socket belongs to one thread; a context to all.
// Source: zmq_socket(3), zmq_setsockopt(3), zmq_msg_gets(3) of libzmq 4.3.4.
#pragma once

#include <zmq.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::broker {

class ZmqContext {
  public:
    ZmqContext();
    ~ZmqContext();
    ZmqContext(const ZmqContext&) = delete;
    ZmqContext& operator=(const ZmqContext&) = delete;
    [[nodiscard]] void* get() const { return context_; }

  private:
    void* context_;
};

class ZmqMessage {
  public:
    ZmqMessage() { zmq_msg_init(&message_); }
    ~ZmqMessage() { zmq_msg_close(&message_); }
    ZmqMessage(ZmqMessage&& other) noexcept;
    ZmqMessage& operator=(ZmqMessage&& other) noexcept;
    ZmqMessage(const ZmqMessage&) = delete;
    ZmqMessage& operator=(const ZmqMessage&) = delete;

    // Valid for as long as the message.
    [[nodiscard]] ByteView bytes() const;
    [[nodiscard]] bool more() const { return zmq_msg_more(&message_) != 0; }
    // The descriptor it came from; -1 if unknown.
    [[nodiscard]] int source_descriptor() const { return zmq_msg_get(&message_, ZMQ_SRCFD); }
    // Empty if the peer's connection has no such property.
    [[nodiscard]] std::optional<std::string_view> property(const char* name) const;
    [[nodiscard]] zmq_msg_t* get() { return &message_; }

  private:
    zmq_msg_t message_;
};

enum class Part : std::uint8_t { Last, More };
enum class SendOutcome : std::uint8_t {
    Sent,
    Busy,  // the peer's queue is full
    Gone,  // no such peer
};

class ZmqSocket {
  public:
    [[nodiscard]] static Result<ZmqSocket> create(const ZmqContext& context, int type);
    ~ZmqSocket();
    ZmqSocket(ZmqSocket&& other) noexcept;
    ZmqSocket& operator=(ZmqSocket&& other) noexcept;
    ZmqSocket(const ZmqSocket&) = delete;
    ZmqSocket& operator=(const ZmqSocket&) = delete;

    [[nodiscard]] Status set(int option, int value);
    [[nodiscard]] Status set(int option, std::int64_t value);
    [[nodiscard]] Status set(int option, ByteView value);
    [[nodiscard]] Status bind(const std::string& endpoint);
    [[nodiscard]] Status connect(const std::string& endpoint);

    // Both never wait. receive: false if there is nothing.
    [[nodiscard]] Result<bool> receive(ZmqMessage& into);
    [[nodiscard]] Result<SendOutcome> send(ByteView bytes, Part part);

    // Readable when something happened; edge-triggered: after each send and receive, events() must
    // be read again before waiting for it.
    [[nodiscard]] int descriptor() const;
    [[nodiscard]] int events() const;
    [[nodiscard]] std::string last_endpoint() const;
    [[nodiscard]] void* get() const { return socket_; }

  private:
    explicit ZmqSocket(void* socket) : socket_(socket) {}
    void* socket_;
};

}  // namespace chapar::broker
