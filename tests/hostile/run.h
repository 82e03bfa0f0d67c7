// One scenario against one target, and whether the broker held.
//
// Owns: the honest pair's mail before and meanwhile, the watch over memory and over a device that
// comes in the middle, the verdict. Does not know what an attack does, nor how it is printed.
//
// Judged so that one hiccup of a busy machine neither excuses nor fails: honest mail is measured in
// windows one after the other, and the median of their p99 counts, before as well as meanwhile; one
// that takes longer than kLongest fails whatever the median says. Units: KiB, milliseconds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/hostile/attack.h"

namespace chapar::hostile {

constexpr std::uint64_t kGrowth = 64 * 1024;
constexpr double kLongest = 5000;

// Of the honest pair's mail in all windows.
struct Honest {
    std::size_t sent = 0, delivered = 0, refused = 0;
    bool complete = false;    // all answered, delivered and signed for
    double p50 = 0, p99 = 0;  // the median of the windows
    double longest = 0;
};
[[nodiscard]] Honest judged(const std::vector<testing::TrafficFigures>& windows);

// A target whose broker has its keys open and nothing else behind it.
struct Scene {
    std::unique_ptr<Target> target;
    std::uint64_t fresh = 0;  // resident
    Honest before;
};
[[nodiscard]] Scene new_scene(const TargetPlan& plan, double seconds);

struct Run {
    Honest before, during;
    std::uint64_t fresh = 0, peak = 0;
    std::optional<double> arrival;
    bool alive = false;
    std::string complaint;
    std::map<std::string, std::uint64_t> counts;

    [[nodiscard]] std::uint64_t growth() const { return peak > fresh ? peak - fresh : 0; }
};
[[nodiscard]] Run perform(const Scenario& scenario, Scene& scene, double seconds);

// Empty: it holds. `floor_ms`: below that, time is the machine's own.
[[nodiscard]] std::string verdict(const Scenario& scenario, const Run& run, double floor_ms,
                                  double seconds);

}  // namespace chapar::hostile
