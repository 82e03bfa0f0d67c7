// One enrolled device's session over libzmq, without a thread or a context of its own: many of them
// share one.
//
// Owns: the socket and the way to WELCOME. Does not know what is sent over it afterwards.
// Resource type; one thread.
#pragma once

#include <optional>
#include <string>

#include "broker/edge/zmq_socket.h"
#include "schemas/frames.h"
#include "tests/unit/broker_edge/centre.h"

namespace chapar::testing {

class DeviceLink {
  public:
    // Connected, nothing said. `water_mark`: frames that libzmq takes from us, or holds for us.
    DeviceLink(const broker::ZmqContext& context, const std::string& endpoint, const Centre& centre,
               const EdgeDevice& device, int water_mark = 1000);

    // CONNECT and HELLO; waits at most `deadline_ms` for WELCOME. False: the broker did not.
    [[nodiscard]] bool greet(int deadline_ms = 10'000);

    // False: libzmq takes no more now.
    [[nodiscard]] bool send(ByteView frame);
    [[nodiscard]] bool send_part(ByteView part);  // with more to follow
    // Empty if nothing waits, or what came is no frame.
    [[nodiscard]] std::optional<schemas::Frame> receive();
    [[nodiscard]] bool wait(int deadline_ms);
    [[nodiscard]] int descriptor() const { return socket_.descriptor(); }
    [[nodiscard]] const EdgeDevice& device() const { return device_; }

  private:
    const Centre& centre_;
    const EdgeDevice& device_;
    broker::ZmqSocket socket_;
};

}  // namespace chapar::testing
