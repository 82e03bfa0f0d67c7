// The clock seam of the client: UTC milliseconds since 1970, and time that only runs forward.
//
// Deadlines go by elapsed(): somebody who sets the clock of a laptop right must not lengthen a
// wait.
//
// Only edges and programs hold one; the core gets times as arguments.
#pragma once

#include <cstdint>

#include "schemas/base/time.h"

namespace chapar::client {

class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimeMs now() const = 0;
    // Since the start of the machine; since an arbitrary point if boot() is 0. Steps of the clock
    // do not touch it.
    [[nodiscard]] virtual DurationMs elapsed() const = 0;
    // Names the start of the machine. 0: not known.
    [[nodiscard]] virtual std::uint64_t boot() const = 0;
};

// How much of a patience is left.
class Deadline {
  public:
    Deadline(const Clock& clock, DurationMs patience)
        : clock_(clock), until_(clock.elapsed().value + patience.value) {}
    // 0 when it has passed.
    [[nodiscard]] DurationMs left() const {
        const std::uint64_t now = clock_.elapsed().value;
        return DurationMs(now < until_ ? until_ - now : 0);
    }
    [[nodiscard]] bool passed() const { return left() == DurationMs(0); }

  private:
    const Clock& clock_;
    std::uint64_t until_;  // as elapsed()
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] TimeMs now() const override;
    [[nodiscard]] DurationMs elapsed() const override;
    [[nodiscard]] std::uint64_t boot() const override { return boot_; }

  private:
    std::uint64_t boot_ = read_boot();
    static std::uint64_t read_boot();
};

}  // namespace chapar::client
