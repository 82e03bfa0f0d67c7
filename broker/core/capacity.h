// Capacities of the broker, from configuration.
//
// Owns: the numbers that admission asks for. A refusal by one of them leaves no entry and changes
// nothing, so a replay needs none of them.
#pragma once

#include <cstdint>
#include <limits>

namespace chapar::broker {

struct Capacity {
    std::uint32_t mailbox_rows = 65536;  // waiting rows of one device
};

// For replays: what was accepted was within the capacity of its day.
constexpr Capacity kUnlimited{std::numeric_limits<std::uint32_t>::max()};

}  // namespace chapar::broker
