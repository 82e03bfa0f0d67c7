#include "tests/hostile/idle.h"

#include <chrono>
#include <cstdio>

#include "tests/hostile/pace.h"
#include "tests/hostile/session_peer.h"

namespace chapar::hostile {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kSessionsOfDevice = 16;
constexpr std::size_t kFromOneAddress = 60;
constexpr double kOpenedASecond = 250;
// Of the end: the honest pair's mail is measured while all others are silent.
constexpr double kMeasured = 5;
constexpr double kPatience = 120;  // beyond the time that the pace takes

double seconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// Bounds that are about strangers and about mail: these connections are enrolled devices of one
// agency, from a few addresses.
std::string settings(std::size_t connections) {
    const std::string all = std::to_string(connections + 100);
    return "[sessions]\ncount = " + all + "\n[connections]\ncount = " + all +
           "\nper_agency = " + all + "\n";
}

class Idlers {
  public:
    Idlers(Target& target, std::size_t connections) : target_(target), most_(connections) {}

    // One more, as long as there are too few; lost ones are not replaced.
    void turn() {
        while (started_ < most_ && pace_.due()) begin();
        crowd_.turn(5);
    }
    [[nodiscard]] std::size_t greeted() const { return greeted_; }
    [[nodiscard]] std::size_t kept() const { return crowd_.ready(); }

  private:
    void begin() {
        const std::size_t device = started_ % (most_ / kSessionsOfDevice + 1);
        const std::size_t addresses = most_ / kFromOneAddress + 1;
        const auto source = static_cast<std::uint8_t>(kFirstSource + started_ % addresses);
        SessionScript script;
        script.welcomed = [this](CurvePeer&) { ++greeted_; };
        crowd_.add(session_peer(target_, device, target_.as(device, source), std::move(script)));
        ++started_;
    }
    Target& target_;
    std::size_t most_;
    Pace pace_{kOpenedASecond};
    Crowd crowd_;
    std::size_t started_ = 0;
    std::size_t greeted_ = 0;
};

}  // namespace

IdleFigures keep_idle(const IdlePlan& plan) {
    const std::size_t devices = plan.connections / kSessionsOfDevice + 1;
    Target target({plan.chapard, devices, settings(plan.connections)});
    const testing::BrokerChild& broker = target.broker();
    Idlers idlers(target, plan.connections);
    IdleFigures out;
    out.rss_before = broker.rss();
    double cpu = broker.cpu_seconds();
    const auto start = SteadyClock::now();
    const double most = static_cast<double>(plan.connections) / kOpenedASecond + kPatience;
    while (idlers.greeted() < plan.connections && seconds_since(start) < most) idlers.turn();
    out.opening = seconds_since(start);
    out.greeted = idlers.greeted();
    out.cpu_opening = broker.cpu_seconds() - cpu;
    std::fprintf(stderr, "%zu greeted in %.0f s, RSS %llu MiB\n", out.greeted, out.opening,
                 static_cast<unsigned long long>(broker.rss() / 1024));

    cpu = broker.cpu_seconds();
    const auto idle = SteadyClock::now();
    while (seconds_since(idle) < plan.minutes * 60 - kMeasured) idlers.turn();
    out.cpu_idle = broker.cpu_seconds() - cpu;
    out.idle = seconds_since(idle);
    auto honest = target.honest_mail(kMeasured, 1);
    while (honest.wait_for(std::chrono::seconds(0)) != std::future_status::ready) idlers.turn();
    out.honest = honest.get().front();
    out.kept = idlers.kept();
    out.rss = broker.rss();
    out.peak = broker.peak();
    return out;
}

}  // namespace chapar::hostile
