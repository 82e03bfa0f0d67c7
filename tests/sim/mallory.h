// A certified device whose owner is malicious: real keys, a real greeting, then anything.
//
// Owns: what she says: frames of others that she has overheard (as they are, changed, cut short),
// other people's records and statements, questions about what is not hers, credit without end,
// notes that are none, garbage. Does not know how to be caught: what she must not bring about is
// the oracles' to judge. She reads all that comes back.
//
// Resource type; one thread.
#pragma once

#include <memory>
#include <vector>

#include "client/edge/keystore_home.h"
#include "schemas/frames.h"
#include "tests/sim/founding.h"
#include "tests/sim/line_transport.h"

namespace chapar::sim {

class Mallory {
  public:
    struct Parts {
        Timeline& timeline;
        Network& network;
        Transcript& transcript;
        const Founding& founding;
        Disk& disk;
        std::uint64_t seed = 0;
    };
    explicit Mallory(const Parts& parts);

    void start() { machine_.switch_on(); }
    void stop() { stopped_ = true; }

  private:
    void process();
    [[nodiscard]] Status attack(client::DeviceHome& home);
    [[nodiscard]] Status greet(client::DeviceHome& home, LineTransport& line);
    [[nodiscard]] Bytes next_frame();
    [[nodiscard]] Bytes overheard_frame();
    [[nodiscard]] schemas::Frame question();
    [[nodiscard]] Bytes garbage(std::size_t most);

    Parts parts_;
    Machine machine_;
    bool stopped_ = false;
    std::vector<Bytes> overheard_;
};

}  // namespace chapar::sim
