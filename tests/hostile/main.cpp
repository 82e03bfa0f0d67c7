// hostile [--json] [--quick] [--only TEXT] [--seconds S] [--floor-ms F] [--chapard FILE]
// hostile --idle N [--minutes M] [--json]
//
// Every scenario runs against a real chapard while an honest pair exchanges mail. It holds if the
// broker lives, grew by at most 64 MiB, an honest device that comes meanwhile is welcome, no honest
// envelope was refused or lost, and their 99 of 100 came within twice the time they took before
// (or twice the floor, below which time is the machine's own). tests/hostile/README.md.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crypto/self_test.h"
#include "tests/hostile/attack.h"
#include "tests/hostile/idle.h"

namespace chapar::hostile {
namespace {

using testing::percentile;
using testing::TrafficFigures;

constexpr std::uint64_t kGrowth = 64 * 1024;  // KiB
constexpr std::uint64_t kIdleRss = 768 * 1024;

struct Options {
    bool json = false;
    bool quick = false;
    std::string only;
    double seconds = 10;
    double floor_ms = 20;
    std::size_t idle = 0;
    double minutes = 5;
    std::string chapard = CHAPAR_CHAPARD;
};

struct Run {
    TrafficFigures before, during;
    std::uint64_t rss_before = 0, rss_most = 0;  // KiB
    std::optional<double> arrival;               // ms
    bool alive = false;
    std::string complaint;
    std::map<std::string, std::uint64_t> counts;

    [[nodiscard]] std::uint64_t growth() const {
        return rss_most > rss_before ? rss_most - rss_before : 0;
    }
};

double p99_ms(const TrafficFigures& figures) { return percentile(figures.delivery, .99) / 1e3; }

bool complete(const TrafficFigures& figures) {
    return figures.refused == 0 && figures.receipt.size() == figures.sent &&
           figures.confirmed == figures.sent && figures.sent > 0;
}

// Empty: it holds.
std::string verdict(const Run& run, double floor_ms) {
    if (!run.alive) return "chapard ended";
    if (!run.complaint.empty()) return run.complaint;
    if (!complete(run.during)) return "honest mail was refused or lost";
    if (run.growth() > kGrowth) return "memory grew by more than 64 MiB";
    if (!run.arrival) return "an honest device was not welcome within 10 s";
    if (p99_ms(run.during) > 2 * std::max(p99_ms(run.before), floor_ms)) {
        return "honest mail took more than twice its time";
    }
    return {};
}

void attack_while(Attack& attack, const testing::BrokerChild& broker,
                  std::future<TrafficFigures>& honest, Run& run, Target& target, double seconds) {
    using SteadyClock = std::chrono::steady_clock;
    const auto start = SteadyClock::now();
    auto looked = start;
    std::optional<std::future<std::optional<double>>> arrival;
    while (honest.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        attack.turn(2);
        const auto now = SteadyClock::now();
        if (!arrival && now - start > std::chrono::duration<double>(seconds / 3)) {
            arrival = target.honest_arrival();
        }
        if (now - looked < std::chrono::milliseconds(50)) continue;
        looked = now;
        run.rss_most = std::max(run.rss_most, broker.rss());
    }
    // The attack goes on until that one is in, or has given up.
    while (arrival && arrival->wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        attack.turn(2);
    }
    if (arrival) run.arrival = arrival->get();
    run.rss_most = std::max(run.rss_most, broker.rss());
}

Run perform(const Scenario& scenario, Target& target, const TrafficFigures& before,
            double seconds) {
    Run run;
    run.before = before;
    run.rss_before = target.broker().rss();
    const auto attack = scenario.begin(target);
    auto honest = target.honest_mail(seconds);
    attack_while(*attack, target.broker(), honest, run, target, seconds);
    run.during = honest.get();
    run.alive = target.broker().alive();
    run.complaint = attack->complaint();
    run.counts = attack->counts();
    return run;
}

void print(const Scenario& scenario, const Run& run, const std::string& wrong) {
    std::string counts;
    for (const auto& [name, number] : run.counts) {
        counts += (counts.empty() ? "" : ", ") + std::to_string(number) + " " + name;
    }
    std::printf(
        "%-5s %-18s +%llu MiB, honest p50 %.1f p99 %.1f ms (before %.1f, %.1f), new device %.0f "
        "ms; %s%s%s\n",
        wrong.empty() ? "ok" : "FAIL", scenario.name.c_str(),
        static_cast<unsigned long long>(run.growth() / 1024),
        percentile(run.during.delivery, .5) / 1e3, p99_ms(run.during),
        percentile(run.before.delivery, .5) / 1e3, p99_ms(run.before), run.arrival.value_or(-1),
        counts.c_str(), wrong.empty() ? "" : ": ", wrong.c_str());
    std::fflush(stdout);
}

void print_json(const Scenario& scenario, const Run& run, const std::string& wrong) {
    std::printf(
        "{\"name\":\"%s\",\"does\":\"%s\",\"holds\":%s,\"wrong\":\"%s\",\"growth_kib\":%llu,"
        "\"rss_kib\":%llu,\"honest_sent\":%zu,\"honest_delivered\":%zu,\"honest_refused\":%zu,",
        scenario.name.c_str(), scenario.does.c_str(), wrong.empty() ? "true" : "false",
        wrong.c_str(), static_cast<unsigned long long>(run.growth()),
        static_cast<unsigned long long>(run.rss_most), run.during.sent, run.during.delivery.size(),
        run.during.refused);
    std::printf(
        "\"p99_us_before\":%u,\"p99_us_during\":%u,\"p50_us_before\":%u,\"p50_us_during\":%u,"
        "\"new_device_ms\":%.1f,\"counts\":{",
        percentile(run.before.delivery, .99), percentile(run.during.delivery, .99),
        percentile(run.before.delivery, .5), percentile(run.during.delivery, .5),
        run.arrival.value_or(-1));
    const char* separator = "";
    for (const auto& [name, number] : run.counts) {
        std::printf("%s\"%s\":%llu", std::exchange(separator, ","), name.c_str(),
                    static_cast<unsigned long long>(number));
    }
    std::printf("}}");
}

std::vector<Scenario> scenarios(const Options& options) {
    std::vector<Scenario> all;
    add_raw_attacks(all);
    add_handshake_attacks(all);
    add_session_attacks(all);
    add_frame_attacks(all);
    std::erase_if(
        all, [&](const Scenario& one) { return one.name.find(options.only) == std::string::npos; });
    return all;
}

// The quick tier keeps one broker for all of them; else each gets its own.
int run_scenarios(const Options& options) {
    const TargetPlan plan{options.chapard, 64, ""};
    std::unique_ptr<Target> target;
    TrafficFigures before;
    std::size_t held = 0;
    const auto all = scenarios(options);
    if (options.json) std::printf("{\"scenarios\":[");
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!target || !options.quick || !target->broker().alive()) {
            target.reset();
            target = std::make_unique<Target>(plan);
            (void)target->honest_mail(0.5).get();  // the month's ledger keys are opened
            before = target->honest_mail(options.seconds).get();
        }
        const Run run = perform(all[i], *target, before, options.seconds);
        const std::string wrong = verdict(run, options.floor_ms);
        held += wrong.empty() ? 1 : 0;
        if (options.json && i > 0) std::printf(",");
        options.json ? print_json(all[i], run, wrong) : print(all[i], run, wrong);
    }
    std::printf(options.json ? "],\"held\":%zu,\"of\":%zu}\n" : "%zu of %zu scenarios hold\n", held,
                all.size());
    return held == all.size() && !all.empty() ? 0 : 1;
}

int run_idle(const Options& options) {
    const IdleFigures f = keep_idle({options.chapard, options.idle, options.minutes});
    const bool holds = f.kept == options.idle && f.peak <= kIdleRss && complete(f.honest);
    std::printf(
        "{\"connections\":%zu,\"greeted\":%zu,\"kept\":%zu,\"opening_s\":%.1f,"
        "\"idle_s\":%.1f,\"rss_before_kib\":%llu,\"rss_kib\":%llu,\"peak_kib\":%llu,"
        "\"kib_each\":%.1f,\"cpu_ms_each_opening\":%.3f,\"cpu_share_idle\":%.4f,"
        "\"honest_p50_us\":%u,\"honest_p99_us\":%u,\"holds\":%s}\n",
        options.idle, f.greeted, f.kept, f.opening, f.idle,
        static_cast<unsigned long long>(f.rss_before), static_cast<unsigned long long>(f.rss),
        static_cast<unsigned long long>(f.peak),
        static_cast<double>(f.rss - f.rss_before) / static_cast<double>(options.idle),
        f.cpu_opening * 1e3 / static_cast<double>(options.idle), f.cpu_idle / f.idle,
        percentile(f.honest.delivery, .5), percentile(f.honest.delivery, .99),
        holds ? "true" : "false");
    return holds ? 0 : 1;
}

// Each connection is a descriptor here and one there.
bool raise_descriptors(std::size_t needed) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= needed;
}

std::optional<Options> parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") {
            options.json = true;
        } else if (word == "--quick") {
            options.quick = true;
            options.seconds = 2;
        } else if (i + 1 == argc) {
            return std::nullopt;
        } else if (word == "--only") {
            options.only = argv[++i];
        } else if (word == "--seconds") {
            options.seconds = std::strtod(argv[++i], nullptr);
        } else if (word == "--floor-ms") {
            options.floor_ms = std::strtod(argv[++i], nullptr);
        } else if (word == "--idle") {
            options.idle = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--minutes") {
            options.minutes = std::strtod(argv[++i], nullptr);
        } else if (word == "--chapard") {
            options.chapard = argv[++i];
        } else {
            return std::nullopt;
        }
    }
    return options;
}

}  // namespace
}  // namespace chapar::hostile

int main(int argc, char** argv) {
    const auto options = chapar::hostile::parse(argc, argv);
    if (!options || !chapar::crypto::start()) {
        std::fputs(
            "usage: hostile [--json] [--quick] [--only TEXT] [--seconds S] [--floor-ms F] "
            "[--chapard FILE]\n       hostile --idle N [--minutes M] [--chapard FILE]\n",
            stderr);
        return 2;
    }
    if (!chapar::hostile::raise_descriptors(options->idle + 3000)) {
        std::fputs("hostile: the limit of open files is too low (ulimit -Hn)\n", stderr);
        return 2;
    }
    return options->idle > 0 ? chapar::hostile::run_idle(*options)
                             : chapar::hostile::run_scenarios(*options);
}
