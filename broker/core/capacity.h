// Capacities of the broker, from configuration.
//
// Owns: the numbers that admission asks for. A refusal by one of them leaves no entry and changes
// nothing, so a replay needs none of them.
#pragma once

#include <cstdint>
#include <limits>

namespace chapar::broker {

struct Capacity {
    std::uint32_t mailbox_rows = 65'536;  // waiting rows of one device; what takes back is not held
                                          // against it
    // Of the devices of one agency together (agency_mail.h).
    std::uint64_t agency_rows = 100'000;
    std::uint64_t agency_bytes = std::uint64_t{10} << 30;
    // The same of what takes back, besides.
    std::uint64_t taking_back_rows = 4'096;
    std::uint64_t taking_back_bytes = std::uint64_t{256} << 20;
};

// For replays: what was accepted was within the capacity of its day.
constexpr Capacity kUnlimited{
    std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint64_t>::max(),
    std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max(),
    std::numeric_limits<std::uint64_t>::max()};

}  // namespace chapar::broker
