// How fast chapar-verify reads an export of a made-up ledger.
#pragma once

#include <cstdint>

namespace chapar::bench {

struct Verification {
    double per_second = 0;  // entries, by the processor time that the program took
    std::size_t body = 0;   // bytes of a body
};

// Writes the export, then runs the program over it twice: the second time is told.
[[nodiscard]] Verification measure_verification(std::uint64_t entries);

}  // namespace chapar::bench
