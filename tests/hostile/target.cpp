#include "tests/hostile/target.h"

#include <chrono>

namespace chapar::hostile {
namespace {

constexpr double kHonestRate = 100;     // envelopes a second
constexpr int kArrivalDeadline = 1000;  // ms, of CHALLENGE and of WELCOME, in one attempt

}  // namespace

Target::Target(const TargetPlan& plan)
    : centre_(testing::real_now(), plan.settings),
      stranger_(crypto::generate_key_pair(centre_.random)) {
    for (std::size_t i = 0; i < plan.enrolled; ++i) {
        enrolled_.push_back(centre_.enrol(1, "UZ-H" + std::to_string(i)));
        keys_.push_back({enrolled_.back().curve.duplicate(),
                         crypto::x25519_public_key(enrolled_.back().curve)});
    }
    broker_ = std::make_unique<testing::BrokerChild>(centre_, plan.chapard);
    const std::vector<const testing::EdgeDevice*> sender{&*centre_.tajik};
    const std::vector<const testing::EdgeDevice*> reader{&*centre_.uzbek};
    honest_ = std::make_unique<testing::Traffic>(centre_, broker_->endpoint(), sender, reader);
}

CurvePeer::Plan Target::as(std::size_t device, std::uint8_t source) const {
    CurvePeer::Plan plan;
    plan.source = source;
    plan.port = broker_->port();
    plan.server = curve_key();
    plan.own = &keys_[device % keys_.size()];
    return plan;
}

testing::SealedFrame Target::captured() {
    return sealed_frame(centre_, *centre_.tajik, *centre_.uzbek, {1, 512, testing::real_now()});
}

std::future<std::vector<testing::TrafficFigures>> Target::honest_mail(double seconds,
                                                                      std::size_t windows) {
    std::vector<testing::SealedFrame> frames;
    const testing::MailPlan mail{1, 512, testing::real_now()};
    const auto each =
        static_cast<std::size_t>(seconds * kHonestRate / static_cast<double>(windows));
    for (std::size_t i = 0; i < each * windows; ++i) {
        frames.push_back(sealed_frame(centre_, *centre_.tajik, *centre_.uzbek, mail));
    }
    return std::async(std::launch::async, [this, each, frames = std::move(frames)] {
        std::vector<testing::TrafficFigures> out;
        for (std::size_t first = 0; first < frames.size(); first += each) {
            out.push_back(honest_->run(std::span(frames).subspan(first, each), {kHonestRate, 0}));
        }
        return out;
    });
}

std::future<std::optional<double>> Target::honest_arrival(double most_ms) {
    return std::async(std::launch::async, [this, most_ms]() -> std::optional<double> {
        using SteadyClock = std::chrono::steady_clock;
        const auto start = SteadyClock::now();
        // As a client does: it tries again, each time on a new connection.
        for (;;) {
            const broker::ZmqContext context;
            testing::DeviceLink link(context, broker_->endpoint(), centre_, *centre_.stranger);
            const bool welcome = link.greet(kArrivalDeadline);
            const std::chrono::duration<double, std::milli> took = SteadyClock::now() - start;
            if (took.count() > most_ms) return std::nullopt;
            if (welcome) return took.count();
        }
    });
}

}  // namespace chapar::hostile
