// The time that a broker is started again at: later than all that was recorded, so that policies,
// certificates and envelopes of that day are still in force, and no clock goes back.
//
// Resource type; one thread.
#pragma once

#include <ctime>

#include "broker/edge/clock.h"

namespace chapar::powercut {

class Afterwards final : public broker::TimeSource {
  public:
    broker::Stamp stamp() override { return {TimeMs(now_), broker::Clock::Disciplined}; }
    DurationMs elapsed() override { return DurationMs(now_); }
    std::optional<crypto::ClockStep> take_step() override { return std::nullopt; }

  private:
    std::uint64_t now_ = static_cast<std::uint64_t>(std::time(nullptr)) * 1000 + 60'000;
};

}  // namespace chapar::powercut
