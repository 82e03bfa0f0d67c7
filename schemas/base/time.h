// Points in time and durations: UTC milliseconds since 1970, always data, never read from a clock
// here. The clock itself is a seam of the edges.
#pragma once

#include <cstdint>

#include "schemas/base/number.h"

namespace chapar {

using TimeMs = StrongNumber<struct TimeMsTag, std::uint64_t>;
using DurationMs = StrongNumber<struct DurationMsTag, std::uint64_t>;
// Days since 1970-01-01 UTC: the unit of prekey epochs.
using EpochDay = StrongNumber<struct EpochDayTag, std::uint32_t>;

constexpr DurationMs kSecond{1000};
constexpr DurationMs kMinute{60 * kSecond.value};
constexpr DurationMs kHour{60 * kMinute.value};
constexpr DurationMs kDay{24 * kHour.value};

constexpr TimeMs operator+(TimeMs t, DurationMs d) { return TimeMs(t.value + d.value); }
constexpr DurationMs operator*(DurationMs d, std::uint64_t n) { return DurationMs(d.value * n); }
constexpr EpochDay day_of(TimeMs t) {
    return EpochDay(static_cast<std::uint32_t>(t.value / kDay.value));
}
constexpr TimeMs start_of(EpochDay day) { return TimeMs(day.value * kDay.value); }

}  // namespace chapar
