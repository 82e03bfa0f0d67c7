// A device's DEALER over the simulated network: one per session, which calls again by itself when
// its line was cut, as libzmq's does.
//
// Owns: the line, and waiting for one before a frame is sent. Does not know frames. As there, a
// line that replaces another has another routing id, and nothing is queued for a line that is not
// up. Resource type; used inside of its machine's process.
#pragma once

#include "client/edge/transport.h"
#include "tests/sim/machine.h"
#include "tests/sim/network.h"

namespace chapar::sim {

class LineTransport final : public client::Transport {
  public:
    struct Parts {
        Network& network;
        Machine& machine;
        unsigned door = 0;
        CurveKey key;
    };
    explicit LineTransport(const Parts& parts);
    ~LineTransport() override;

    [[nodiscard]] Status send(ByteView frame) override;
    [[nodiscard]] Result<std::optional<Bytes>> receive(DurationMs patience) override;

  private:
    // Has a line, or calls for one.
    [[nodiscard]] bool connected();

    Parts parts_;
    std::optional<LineId> line_;
    // What the network calls may outlive this transport.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace chapar::sim
