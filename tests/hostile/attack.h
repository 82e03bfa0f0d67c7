// What the scenarios share: an attack that goes on for as long as it is turned, what it counts, and
// the least that it must have come to: a scenario in which nothing happened does not hold.
//
// Interface. An attack never waits longer than `turn` allows it, so that its own thread can watch
// the broker meanwhile.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/hostile/target.h"

namespace chapar::hostile {

// What an attack must have come to, or it was none: so many of one count, beside so many a second.
struct Least {
    std::string count;
    double at_all = 1;
    double a_second = 0;
};

class Attack {
  public:
    virtual ~Attack() = default;
    virtual void turn(int most_ms) = 0;
    // Empty: the broker did as it must; else what it let happen.
    [[nodiscard]] virtual std::string complaint() const { return {}; }
    [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

  protected:
    std::uint64_t& count(const std::string& name) { return counts_[name]; }

  private:
    std::map<std::string, std::uint64_t> counts_;
};

struct Scenario {
    std::string name;
    std::string does;
    std::function<std::unique_ptr<Attack>(Target&)> begin;
    std::vector<Least> least;
};

// Empty: all of `least` was reached in so many seconds; else the first that was not.
[[nodiscard]] std::string not_reached(const std::vector<Least>& least,
                                      const std::map<std::string, std::uint64_t>& counts,
                                      double seconds);

// Before anybody is authenticated (raw_attacks.cpp, handshake_attacks.cpp).
void add_raw_attacks(std::vector<Scenario>& to);
void add_handshake_attacks(std::vector<Scenario>& to);
// By enrolled devices (session_attacks.cpp, frame_attacks.cpp).
void add_session_attacks(std::vector<Scenario>& to);
void add_frame_attacks(std::vector<Scenario>& to);

}  // namespace chapar::hostile
