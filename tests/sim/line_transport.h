// A device's DEALER over the simulated network: one per session, which calls again by itself when
// its line was cut, as libzmq's does.
//
// Owns: the line and the frames that wait for one. Does not know frames. In seeds whose plan says
// so, what was handed over while the line was down goes out over the next one.
// Resource type; used inside of its machine's process.
#pragma once

#include <deque>

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
        bool keeps_unsent = true;
    };
    explicit LineTransport(const Parts& parts);
    ~LineTransport() override;

    [[nodiscard]] Status send(ByteView frame) override;
    [[nodiscard]] Result<std::optional<Bytes>> receive(DurationMs patience) override;

  private:
    void call();

    Parts parts_;
    Bytes routing_;
    std::optional<LineId> line_;
    std::deque<Bytes> unsent_;
    // What the network calls may outlive this transport.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace chapar::sim
