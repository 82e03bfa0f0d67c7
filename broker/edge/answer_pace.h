// How much of the loop's time the answers to questions may take: so many bytes a second.
//
// Owns: the pace. An answer of 256 KiB costs the loop about two milliseconds, so 32 MiB a second
// are about a quarter of it; what is not used is saved up for a quarter of a second. Does not know
// who asks (the service takes agencies in turn). Pure; time comes with each call. Value type.
#pragma once

#include <algorithm>
#include <cstdint>

#include "schemas/base/time.h"

namespace chapar::broker {

class AnswerPace {
  public:
    static constexpr std::uint64_t kBytesPerSecond = 32 * 1024 * 1024;
    static constexpr std::uint64_t kLeastBytes = 1024;  // what any answer counts as
    static constexpr std::uint64_t kEntryBytes = 256;   // what a look at an entry counts as
    static constexpr DurationMs kSavedUp{250};

    [[nodiscard]] bool may(DurationMs now) const {
        return paid_until_ <= micros(now) + micros(kSavedUp);
    }
    void answered(std::uint64_t bytes, DurationMs now) {
        const std::uint64_t counted = std::max(bytes, kLeastBytes);
        paid_until_ = std::max(paid_until_, micros(now)) + counted * kMicros / kBytesPerSecond;
    }

  private:
    static constexpr std::uint64_t kMicros = 1'000'000;
    static std::uint64_t micros(DurationMs time) { return time.value * 1'000; }

    std::uint64_t paid_until_ = 0;  // as elapsed(), in microseconds
};

}  // namespace chapar::broker
