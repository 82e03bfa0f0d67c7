// What a seed stands for: a generator of numbers, and the plan of one run drawn from it.
//
// Owns: the mix of faults of a seed, all of it drawn before the run begins, so that the plan can be
// printed beside a failure. Does not know how a fault is brought about (network, disk, actors).
// Units: parts of a thousand for what befalls frames, virtual milliseconds, counts. Value types.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "schemas/base/time.h"

namespace chapar::sim {

// SplitMix64: the same on every machine.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    [[nodiscard]] std::uint64_t next();
    // Uniform in [0, bound). REQUIRES: bound >= 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    // Uniform in [least, most].
    [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + below(most - least + 1);
    }
    [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }
    [[nodiscard]] bool per_mille(std::uint64_t parts) { return parts > 0 && below(1000) < parts; }

  private:
    std::uint64_t state_;
};

// What the broker's operator does against its clients.
enum class Lie : std::uint8_t {
    None,
    Fork,           // two lines under one log key, shown to different clients
    DroppedEntry,   // an accepted envelope is taken out of its mailbox
    ForgedReceipt,  // outcomes with another leaf, body or path than the ledger's
    SetBack,        // yesterday's store and yesterday's high-water file
};
[[nodiscard]] const char* text_of(Lie lie);

constexpr std::size_t kHonestClients = 4;

struct Plan {
    std::uint64_t seed = 0;
    DurationMs busy{20'000};  // the time with faults; then everything heals

    // Of each frame, while faults are on. A line without them keeps order and loses nothing but
    // what is under way when it is cut, as TCP does.
    unsigned loss = 0;
    unsigned duplication = 0;
    unsigned reordering = 0;
    unsigned bit_flips = 0;
    std::uint64_t delay_least = 1;
    std::uint64_t delay_most = 10;
    unsigned cuts = 0;
    unsigned partitions = 0;  // one way, of one client

    unsigned broker_crashes = 0;
    unsigned client_crashes = 0;
    unsigned power_cuts = 0;   // parts of a hundred of the crashes that lose what was not synced
    unsigned full_disks = 0;   // spells in which nothing can be written
    unsigned io_errors = 0;    // one failing write or sync each
    unsigned rotten_rows = 0;  // a bit flipped in a stored row
    unsigned nearly_full = 0;  // spells above the mark at which new work is refused

    std::array<std::int64_t, kHonestClients> skew{};  // of the clients' clocks, ms
    std::int64_t broker_skew = 0;
    unsigned clock_steps = 0;

    unsigned letters = 0;    // of all clients together
    unsigned files = 0;      // letters that bring files
    unsigned approvals = 0;  // letters that another office must approve
    bool policy_change = false;
    bool revocation = false;
    bool stalled_reader = false;
    bool mallory = false;
    Lie lie = Lie::None;

    // Frames keep their order between two ends that do not crash.
    [[nodiscard]] bool keeps_order() const {
        return loss + duplication + reordering + bit_flips + rotten_rows == 0 && lie == Lie::None;
    }
    // In words, for a transcript.
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] Plan draw_plan(std::uint64_t seed);
// A run without any fault: the founding of the world that all seeds begin with.
[[nodiscard]] Plan calm_plan();

}  // namespace chapar::sim
