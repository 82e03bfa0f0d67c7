// How much of a large stream may be under way at once.
//
// Owns: the rule that what is under way takes the line for about a second and no longer, so that a
// FLASH which becomes ready between two chunks does not wait behind a window of them: on a slow
// line one chunk at a time, on a fast one four frames of three. Does not know frames or clocks.
// Pure. Units: chunks, UTC ms.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schemas/base/limits.h"
#include "schemas/base/time.h"

namespace chapar::client {

constexpr std::size_t kFramesUnanswered = 4;
constexpr std::uint64_t kChunksUnanswered = kFramesUnanswered * limits::kChunksPerFrame;

class TransferPace {
  public:
    // Chunks that may be unanswered now: 1..kChunksUnanswered.
    [[nodiscard]] std::uint64_t window() const { return window_; }
    // A frame was answered this long after it was sent, behind everything that was under way.
    void answered(DurationMs after);

  private:
    std::uint64_t window_ = limits::kChunksPerFrame;
};

}  // namespace chapar::client
