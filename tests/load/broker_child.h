// chapard as a child process, with what the system knows of its cost.
//
// Owns: the process; what it logs goes to DIR/chapard.log. Does not know what is asked of it
// (device_link.h, AdminClient). Units: seconds, KiB, counts.
//
// Errors end the program: nothing here is a peer's doing. Resource type; one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/support/program_child.h"
#include "tests/unit/broker_edge/centre.h"

namespace chapar::testing {

class BrokerChild {
  public:
    // Started over the centre's directory and ready; every record of the centre is published.
    // REQUIRES: `program` is chapard.
    BrokerChild(const Centre& centre, const std::string& program);

    // "tcp://127.0.0.1:PORT"
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] pid_t pid() const { return child_.pid(); }
    [[nodiscard]] bool alive() const { return child_.alive(); }

    [[nodiscard]] double cpu_seconds() const;  // of all its threads, since it started
    [[nodiscard]] std::uint64_t rss() const { return child_.memory("VmRSS"); }
    [[nodiscard]] std::uint64_t peak() const { return child_.memory("VmHWM"); }
    // From now on peak() is of what comes. Where the system does not allow it, peak() stays that of
    // all its life.
    void forget_peak() const;
    // A figure of its status; 0 if there is none.
    [[nodiscard]] std::uint64_t figure(const std::string& name) const;

  private:
    void publish(const Centre& centre) const;

    std::filesystem::path directory_;
    ProgramChild child_;
    std::string endpoint_;
};

}  // namespace chapar::testing
