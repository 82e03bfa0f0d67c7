#include "tests/load/broker_child.h"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <vector>

#include "broker/edge/files.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::testing {
namespace {

// Asked in one go before the first answer is read; their answers must fit the socket, or both wait.
constexpr std::size_t kPublishedAtOnce = 48;

}  // namespace

BrokerChild::BrokerChild(const Centre& centre, const std::string& program)
    : directory_(centre.directory()),
      child_({program, {"--dir", directory_}, {}, directory_ / "chapard.log"}) {
    const std::string line = child_.line();
    if (!line.starts_with("ready tcp://127.0.0.1:")) {
        std::ifstream log(directory_ / "chapard.log");
        std::string why;
        while (std::getline(log, why)) std::fprintf(stderr, "%s\n", why.c_str());
    }
    CHAPAR_ASSERT(line.starts_with("ready tcp://127.0.0.1:"));
    endpoint_ = line.substr(6);
    publish(centre);
}

void BrokerChild::publish(const Centre& centre) const {
    AdminClient admin(directory_ / "admin.sock");
    const std::vector<Bytes>& records = centre.records();
    for (std::size_t done = 0; done < records.size();) {
        const std::size_t some = std::min(kPublishedAtOnce, records.size() - done);
        for (std::size_t i = 0; i < some; ++i) admin.send(schemas::Publish{records[done + i]});
        for (std::size_t i = 0; i < some; ++i) {
            const auto answer = std::get<schemas::Outcomes>(admin.receive());
            CHAPAR_ASSERT(answer.items.size() == 1 && answer.items.front().code.empty());
        }
        done += some;
    }
}

std::uint16_t BrokerChild::port() const {
    return static_cast<std::uint16_t>(std::stoul(endpoint_.substr(endpoint_.rfind(':') + 1)));
}

double BrokerChild::cpu_seconds() const {
    clockid_t clock = 0;
    timespec used{};
    CHAPAR_ASSERT(clock_getcpuclockid(pid(), &clock) == 0);
    CHAPAR_ASSERT(clock_gettime(clock, &used) == 0);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void BrokerChild::forget_peak() const {
    std::ofstream("/proc/" + std::to_string(pid()) + "/clear_refs") << "5";  // proc(5)
}

std::uint64_t BrokerChild::figure(const std::string& name) const {
    AdminClient admin(directory_ / "admin.sock");
    const auto report = std::get<schemas::StatusReport>(admin.ask(schemas::StatusAsk{}));
    for (const schemas::Figure& figure : report.figures) {
        if (figure.name == name) return std::stoull(figure.value);
    }
    return 0;
}

}  // namespace chapar::testing
