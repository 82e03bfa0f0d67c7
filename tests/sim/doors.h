// The broker's edges that hold sockets and threads, in the simulator's form.
//
// broker/edge has no seam for its ROUTER, its TCP links, its verifier threads and its disk thread.
// doors.cpp defines the same classes (Router, Link, VerifierPool, DiskWorker, and libzmq's owners)
// over the simulated network and virtual time, and reach(FaultPoint) as a place to die at; the
// linker takes them in place of the library's, as chapard-faults does with fault_point.cpp. What a
// header there declares is what doors.cpp must define: another signature does not link.
//
// Owns: which broker is meant (one runs at a time). One thread.
#pragma once

#include <functional>

#include "tests/sim/network.h"

namespace chapar::sim {

// What the classes of one broker process stand on.
struct Port {
    Network& network;
    unsigned door = 0;
    Dice dice{0};
    // Runs it on the broker's loop, if this process still lives then.
    std::function<void(DurationMs, std::function<void()>)> later;

    [[nodiscard]] static Port& current();
    class Use {
      public:
        explicit Use(Port& port);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

      private:
        Port* before_;
    };
};

}  // namespace chapar::sim
