// A client's machine: a process on a stack of its own, which sleeps, waits, dies and begins again.
//
// Owns: the fiber, its waiting, and the disk it runs with. Does not know what its process does.
// Resource type; one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/sim/disk.h"
#include "tests/sim/fiber.h"
#include "tests/sim/timeline.h"
#include "tests/sim/transcript.h"

namespace chapar::sim {

class Machine {
  public:
    struct Parts {
        Timeline& timeline;
        Transcript& transcript;
        Disk& disk;
        std::string name;
        Dice dice;
        unsigned power_cuts = 0;  // parts of a hundred of its crashes
    };
    // `process`: one life of it, from start to end; another begins a moment after it has returned.
    Machine(const Parts& parts, std::function<void()> process);
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    void switch_on() { resume(); }
    // It dies where it stands.
    void kill();

    // Inside of the process.
    void sleep(DurationMs duration);
    // Until wake() or so long; whether it was woken.
    bool wait(DurationMs at_most);
    // From outside.
    void wake();

    void note(std::string_view text) {
        parts_.transcript.note(parts_.timeline.now(), parts_.name, text);
    }
    [[nodiscard]] Dice& dice() { return parts_.dice; }
    [[nodiscard]] DurationMs now() const { return parts_.timeline.now(); }
    // How often it was started: its process may have died more often.
    [[nodiscard]] std::uint64_t boots() const { return boots_; }
    // Since the last of these.
    [[nodiscard]] DurationMs up() const { return DurationMs(now().value - booted_.value); }

  private:
    void live();
    void resume();

    Parts parts_;
    std::function<void()> process_;
    Fiber fiber_;
    std::uint64_t boots_ = 1;
    DurationMs booted_;
    std::uint64_t turn_ = 0;  // tells a wake-up that came too late
    bool waiting_ = false;
    bool woken_ = false;
    bool dying_ = false;
    bool in_process_ = false;
};

}  // namespace chapar::sim
