// A broker's machine: the real service over simulated doors, its deaths and its restarts.
//
// Owns: the process (wired as Daemon wires it, without witnesses), when its loop calls it
// (EventLoop's rules, in virtual time), and what its operator does when it has stopped: starts it
// again, and puts back rotten rows that it complained of. Does not know faults (disk.h) or clients.
//
// Resource type; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "broker/edge/config.h"
#include "tests/sim/doors.h"
#include "tests/sim/faulty_store.h"
#include "tests/sim/oracles.h"

namespace chapar::sim {

class BrokerActor {
  public:
    struct Parts {
        Timeline& timeline;
        Network& network;
        Transcript& transcript;
        Oracles& oracles;
        Disk& disk;
        FaultyStore& store;
        const broker::Config& config;
        std::string name;
        unsigned door = 0;
        std::uint64_t seed = 0;
        unsigned power_cuts = 0;  // parts of a hundred of its crashes
    };
    using Reply = std::function<void(ByteView)>;

    explicit BrokerActor(const Parts& parts);
    ~BrokerActor();

    void start();
    [[nodiscard]] bool running() const { return process_ != nullptr; }
    // Dies at once.
    void kill();
    // Stops for good, and says nothing more.
    void retire();
    // REQUIRES: running(). No reply comes if it dies before.
    void administer(const Bytes& frame, Reply reply);
    void set_skew(std::int64_t ms) { skew_ = ms; }
    [[nodiscard]] std::uint64_t starts() const { return starts_; }

  private:
    struct Process;
    class Time;
    void perform(const std::function<Status()>& action);
    void settle();
    void later(DurationMs delay, std::function<Status()> action);
    void repeat(DurationMs period, std::function<Status()> action);
    [[nodiscard]] Status wire();
    void died(const std::string& where);
    void stopped(const Error& error);
    void restored();
    void start_again(DurationMs delay);
    void note(std::string_view text) {
        parts_.transcript.note(parts_.timeline.now(), parts_.name, text);
    }

    Parts parts_;
    Dice dice_;
    std::int64_t skew_ = 0;
    std::unique_ptr<Process> process_;
    std::uint64_t incarnation_ = 0;
    std::uint64_t starts_ = 0;
    unsigned failed_starts_ = 0;
    bool retired_ = false;
    bool draining_ = false;
    bool tick_scheduled_ = false;
    bool retry_scheduled_ = false;
    std::uint64_t next_admin_ = 1;
    std::map<std::uint64_t, Reply> replies_;
};

}  // namespace chapar::sim
