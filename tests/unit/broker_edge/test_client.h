// The least that can talk to a broker: a DEALER with CURVE, and the operator's Unix socket.
//
// Waits with deadlines on sockets only; never sleeps.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/edge/files.h"
#include "broker/edge/zmq_socket.h"
#include "crypto/secret.h"
#include "schemas/frames.h"
#include "tests/unit/broker_edge/centre.h"

namespace chapar::testing {

// Only a failure waits so long, and the sanitizers' builds on a busy machine.
constexpr int kDeadlineMs = 60'000;

class TestClient {
  public:
    TestClient(const std::string& endpoint, const CurveKey& broker, const crypto::Secret32& curve);

    void send(const schemas::Frame& frame);
    void send_bytes(ByteView bytes);
    void send_parts(const std::vector<Bytes>& parts);
    // Empty when the deadline has passed.
    [[nodiscard]] std::optional<schemas::Frame> receive(int deadline_ms = kDeadlineMs);
    // REQUIRES: the next frame is of this type.
    template <typename Expected>
    [[nodiscard]] Expected expect() {
        auto frame = receive();
        CHAPAR_ASSERT(frame.has_value());
        if (const auto* error = std::get_if<schemas::ErrorFrame>(&*frame)) {
            if (!std::is_same_v<Expected, schemas::ErrorFrame>) {
                std::fprintf(stderr, "unexpected ERROR %s %s\n", error->code.c_str(),
                             error->context.c_str());
            }
        }
        CHAPAR_ASSERT(std::holds_alternative<Expected>(*frame));
        return std::get<Expected>(std::move(*frame));
    }
    // True once the connection has been closed by the other side.
    [[nodiscard]] bool was_cut(int deadline_ms = kDeadlineMs);
    // True once libzmq says that the handshake was refused.
    [[nodiscard]] bool was_refused(int deadline_ms = kDeadlineMs);

    // CONNECT, HELLO, WELCOME.
    schemas::Welcome greet(const Centre& centre, const EdgeDevice& device,
                           const std::string& note = {});
    void hello(const Centre& centre, const EdgeDevice& device, const std::string& note = {});

  private:
    [[nodiscard]] bool wait_event(int wanted, int deadline_ms);
    broker::ZmqContext context_;
    std::optional<broker::ZmqSocket> socket_;
    std::optional<broker::ZmqSocket> monitor_;
};

class AdminClient {
  public:
    explicit AdminClient(const std::filesystem::path& socket);
    [[nodiscard]] schemas::Frame ask(const schemas::Frame& frame);
    // The two halves of ask().
    void send(const schemas::Frame& frame);
    [[nodiscard]] schemas::Frame receive();
    // REQUIRES: the broker takes it.
    void publish(const Bytes& record);

  private:
    broker::FileDescriptor socket_;
};

}  // namespace chapar::testing
