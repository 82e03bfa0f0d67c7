#include "client/edge/clock.h"

#include <chrono>

namespace chapar::client {

TimeMs SystemClock::now() const {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    return TimeMs(static_cast<std::uint64_t>(ms));
}

DurationMs SystemClock::elapsed() const {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    return DurationMs(static_cast<std::uint64_t>(ms));
}

}  // namespace chapar::client
