// One point of the broker's benchmark: a fresh centre, a fresh chapard, one kind of load.
//
// Owns: founding, sealing, the clock's start and end. Does not know how figures are shown.
// Units: microseconds, seconds, KiB. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "tests/load/traffic.h"

namespace chapar::bench {

struct PointPlan {
    std::string name;
    std::size_t batch = 1;   // envelopes of a frame: one signature
    std::size_t text = 512;  // bytes of each before padding
    double rate = 0;         // envelopes a second; 0: closed loop
    std::size_t envelopes = 0;
    std::size_t senders = 32;
    std::size_t recipients = 4;    // 0: mail is accepted and waits
    std::size_t in_flight = 1536;  // of all senders, in a closed loop: 48 frames a session
};

struct PointFigures {
    testing::TrafficFigures traffic;
    double frame_bytes = 0;     // an envelope, as submitted
    double broker_cpu = 0;      // seconds
    double generator_cpu = 0;   // seconds, of this process
    std::uint64_t commits = 0;  // ticks
    std::uint64_t rss = 0, peak = 0;
    double store_bytes = 0;  // an envelope
};

[[nodiscard]] PointFigures measure(const PointPlan& plan, const std::string& chapard);

}  // namespace chapar::bench
