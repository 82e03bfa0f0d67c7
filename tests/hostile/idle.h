// So many greeted devices that say nothing more, for so long.
#pragma once

#include <string>

#include "tests/hostile/target.h"

namespace chapar::hostile {

struct IdlePlan {
    std::string chapard;
    std::size_t connections = 10'000;
    double minutes = 5;
};

struct IdleFigures {
    std::size_t greeted = 0;                          // WELCOME was given
    std::size_t kept = 0;                             // and still open at the end
    double opening = 0;                               // seconds until all were greeted
    std::uint64_t rss_before = 0, rss = 0, peak = 0;  // KiB
    double cpu_opening = 0, cpu_idle = 0;             // seconds of the broker
    double idle = 0;                                  // seconds
    testing::TrafficFigures honest;                   // in the last of them
};

[[nodiscard]] IdleFigures keep_idle(const IdlePlan& plan);

}  // namespace chapar::hostile
