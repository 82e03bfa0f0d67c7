#include "tests/hostile/run.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace chapar::hostile {
namespace {

using testing::percentile;
using testing::TrafficFigures;

constexpr std::size_t kWindowsBefore = 3;
constexpr std::size_t kWindowsDuring = 5;
constexpr double kArrivalMs = 10'000;

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
}

// Returns when the honest pair is done, and the device that came is in or has given up.
void attack_while(Attack& attack, std::future<std::vector<TrafficFigures>>& honest, Run& run,
                  Target& target, double seconds) {
    using SteadyClock = std::chrono::steady_clock;
    const auto start = SteadyClock::now();
    std::optional<std::future<std::optional<double>>> arrival;
    while (honest.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        attack.turn(2);
        const std::chrono::duration<double> passed = SteadyClock::now() - start;
        if (!arrival && passed.count() > seconds / 3) arrival = target.honest_arrival(kArrivalMs);
    }
    while (arrival && arrival->wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        attack.turn(2);
    }
    if (arrival) run.arrival = arrival->get();
}

}  // namespace

std::string not_reached(const std::vector<Least>& least,
                        const std::map<std::string, std::uint64_t>& counts, double seconds) {
    for (const Least& one : least) {
        const auto wanted = static_cast<std::uint64_t>(one.at_all + one.a_second * seconds);
        const auto found = counts.find(one.count);
        const std::uint64_t reached = found == counts.end() ? 0 : found->second;
        if (reached >= wanted) continue;
        return "no such attack took place: " + std::to_string(reached) + " of at least " +
               std::to_string(wanted) + " " + one.count;
    }
    return {};
}

Honest judged(const std::vector<TrafficFigures>& windows) {
    Honest out;
    out.complete = !windows.empty();
    std::vector<double> p50, p99;
    for (const TrafficFigures& window : windows) {
        out.sent += window.sent;
        out.delivered += window.delivery.size();
        out.refused += window.refused;
        out.complete = out.complete && window.sent > 0 && window.refused == 0 &&
                       window.receipt.size() == window.sent &&
                       window.delivery.size() == window.sent && window.confirmed == window.sent;
        p50.push_back(percentile(window.delivery, .5) / 1e3);
        p99.push_back(percentile(window.delivery, .99) / 1e3);
        out.longest = std::max(out.longest, percentile(window.delivery, 1) / 1e3);
    }
    out.p50 = median(p50);
    out.p99 = median(p99);
    return out;
}

Scene new_scene(const TargetPlan& plan, double seconds) {
    Scene scene;
    scene.target = std::make_unique<Target>(plan);
    (void)scene.target->honest_mail(0.5, 1).get();  // the month's ledger keys are opened
    scene.fresh = scene.target->broker().rss();
    scene.before = judged(scene.target->honest_mail(seconds, kWindowsBefore).get());
    return scene;
}

Run perform(const Scenario& scenario, Scene& scene, double seconds) {
    Target& target = *scene.target;
    Run run;
    run.before = scene.before;
    run.fresh = scene.fresh;
    target.broker().forget_peak();
    const auto attack = scenario.begin(target);
    auto honest = target.honest_mail(seconds, kWindowsDuring);
    attack_while(*attack, honest, run, target, seconds);
    run.during = judged(honest.get());
    run.alive = target.broker().alive();
    run.peak = target.broker().peak();
    run.complaint = attack->complaint();
    run.counts = attack->counts();
    return run;
}

std::string verdict(const Scenario& scenario, const Run& run, double floor_ms, double seconds) {
    if (!run.alive) return "chapard ended";
    if (!run.complaint.empty()) return run.complaint;
    if (!run.during.complete) return "honest mail was refused or lost";
    if (run.growth() > kGrowth) return "memory grew by more than 64 MiB";
    if (!run.arrival) return "an honest device was not welcome within 10 s";
    if (run.during.p99 > 2 * std::max(run.before.p99, floor_ms)) {
        return "honest mail took more than twice its time";
    }
    if (run.during.longest > kLongest) return "honest mail stood still for more than 5 s";
    return not_reached(scenario.least, run.counts, seconds);
}

}  // namespace chapar::hostile
