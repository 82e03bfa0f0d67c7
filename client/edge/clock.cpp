#include "client/edge/clock.h"

#include <charconv>
#include <chrono>
#include <fstream>
#include <string>

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

// Linux counts the steady clock from the boot that this names (proc(5): random/boot_id).
std::uint64_t SystemClock::read_boot() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string text;
    std::getline(file, text);
    std::erase(text, '-');
    std::uint64_t boot = 0;
    if (text.size() != 32) return 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + 16, boot, 16);
    return problem == std::errc() && end == text.data() + 16 ? boot : 0;
}

}  // namespace chapar::client
