// The seam for time, and the system's clocks behind it.
//
// Owns: reading them, and the rule that a stamp never goes backward. Does not know deadlines; the
// fold passes time only by operations that carry it.
//
// A stamp is Held while the real-time clock stands before what was given out already, Undisciplined
// while the kernel calls the clock unsynchronised or for a minute after it was stepped, by more
// than 2 s against CLOCK_BOOTTIME, else Disciplined. Such a step becomes a TIME entry
// (take_step()).
//
// Thread: loop thread. Source: design ledger.md 2.7; adjtimex(2).
#pragma once

#include <cstdint>
#include <optional>

#include "broker/core/operation.h"
#include "crypto/entry_body.h"
#include "schemas/base/time.h"

namespace chapar::broker {

class TimeSource {
  public:
    TimeSource() = default;
    TimeSource(const TimeSource&) = delete;
    TimeSource& operator=(const TimeSource&) = delete;
    virtual ~TimeSource() = default;
    // Never before an earlier stamp.
    [[nodiscard]] virtual Stamp stamp() = 0;
    // Since an arbitrary point; runs on while the machine sleeps and ignores steps.
    [[nodiscard]] virtual DurationMs elapsed() = 0;
    // The newest step of the clock that stamp() has met; once.
    [[nodiscard]] virtual std::optional<crypto::ClockStep> take_step() = 0;
};

// What the clocks of the system said at one moment.
struct ClockReading {
    TimeMs real;
    DurationMs boot;
    bool synchronised = false;
};

// The rule, apart from the clocks, so that it can be tested.
class StampRule {
  public:
    [[nodiscard]] Stamp next(const ClockReading& reading);
    // Steps met since it was last asked, summed up; empty if they cancel out.
    [[nodiscard]] std::optional<crypto::ClockStep> take_step();

  private:
    TimeMs newest_;
    ClockReading last_;
    bool started_ = false;
    DurationMs distrust_until_;  // boot time
    std::int64_t stepped_ = 0;   // ms, not taken yet
};

class SystemTime final : public TimeSource {
  public:
    [[nodiscard]] Stamp stamp() override;
    [[nodiscard]] DurationMs elapsed() override;
    [[nodiscard]] std::optional<crypto::ClockStep> take_step() override {
        return rule_.take_step();
    }

  private:
    StampRule rule_;
};

}  // namespace chapar::broker
