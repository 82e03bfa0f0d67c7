#include "tests/bench/broker_point.h"

#include <ctime>

#include "tests/load/broker_child.h"

namespace chapar::bench {
namespace {

using testing::EdgeDevice;
using testing::SealedFrame;

// Before the clock: the month's ledger keys are opened, caches are warm.
constexpr std::size_t kWarmFrames = 64;

// What an agency may send is a bound against one of many; here it would be all that is measured.
constexpr const char* kNoQuota =
    "[quotas]\nenvelopes_per_second = 1000000\nenvelopes_burst = 1000000\n"
    "agency_mail_rows = 10000000\n";

double own_cpu() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

struct People {
    People(testing::Centre& centre, const PointPlan& plan) {
        const std::size_t to = std::max<std::size_t>(plan.recipients, 4);
        for (std::size_t i = 0; i < plan.senders; ++i) {
            senders.push_back(centre.enrol(0, "TJ-S" + std::to_string(i)));
        }
        for (std::size_t i = 0; i < to; ++i) {
            recipients.push_back(centre.enrol(1, "UZ-R" + std::to_string(i)));
        }
    }
    std::vector<SealedFrame> seal(testing::Centre& centre, const PointPlan& plan,
                                  std::size_t frames) const {
        std::vector<SealedFrame> out;
        const testing::MailPlan mail{plan.batch, plan.text, testing::real_now()};
        for (std::size_t i = 0; i < frames; ++i) {
            const EdgeDevice& to = recipients[(i / senders.size()) % recipients.size()];
            out.push_back(sealed_frame(centre, senders[i % senders.size()], to, mail));
        }
        return out;
    }
    std::vector<const EdgeDevice*> of(const std::vector<EdgeDevice>& devices,
                                      std::size_t count) const {
        std::vector<const EdgeDevice*> out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(&devices[i]);
        return out;
    }
    std::vector<EdgeDevice> senders;
    std::vector<EdgeDevice> recipients;
};

}  // namespace

PointFigures measure(const PointPlan& plan, const std::string& chapard) {
    testing::Centre centre(testing::real_now(), kNoQuota);
    const People people(centre, plan);
    const testing::BrokerChild broker(centre, chapard);
    const auto warm = people.seal(centre, plan, kWarmFrames);
    const auto frames = people.seal(centre, plan, plan.envelopes / plan.batch);
    testing::Traffic traffic(centre, broker.endpoint(), people.of(people.senders, plan.senders),
                             people.of(people.recipients, plan.recipients));
    const testing::TrafficPlan how{plan.rate, plan.in_flight / plan.senders};
    (void)traffic.run(warm, {0, how.window});

    PointFigures out;
    const std::uint64_t commits = broker.figure("commits");
    const std::uint64_t stored = broker.figure("store_used_bytes");
    const double cpu = broker.cpu_seconds();
    const double own = own_cpu();
    out.traffic = traffic.run(frames, how);
    out.generator_cpu = own_cpu() - own;
    out.broker_cpu = broker.cpu_seconds() - cpu;
    out.commits = broker.figure("commits") - commits;
    out.rss = broker.rss();
    out.peak = broker.peak();
    const auto sent = static_cast<double>(out.traffic.sent);
    out.store_bytes = static_cast<double>(broker.figure("store_used_bytes") - stored) / sent;
    for (const SealedFrame& frame : frames) {
        out.frame_bytes += static_cast<double>(frame.frame.size()) / sent;
    }
    return out;
}

}  // namespace chapar::bench
