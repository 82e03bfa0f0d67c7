// The seam between the service and whoever watches the connections (warden_thread.h).
//
// Owns: the interface. There is none in the simulator, which has no TCP. Thread: any.
#pragma once

#include "broker/edge/connection_warden.h"
#include "broker/edge/link.h"

namespace chapar::broker {

class ConnectionWatch {
  public:
    ConnectionWatch() = default;
    ConnectionWatch(const ConnectionWatch&) = delete;
    ConnectionWatch& operator=(const ConnectionWatch&) = delete;
    virtual ~ConnectionWatch() = default;

    // A whole message of `size` bytes has come over this connection.
    virtual void heard(const Link& link, std::size_t size) = 0;
    // What was cut since the last call; of more than a thousand the rest is only counted.
    [[nodiscard]] virtual ConnectionWarden::Cuts take_cuts() = 0;
    [[nodiscard]] virtual ConnectionWarden::Figures figures() const = 0;
};

}  // namespace chapar::broker
