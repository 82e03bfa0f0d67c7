// chapar-hostile [--json] [--quick] [--only TEXT] [--seconds S] [--floor-ms F] [--chapard FILE]
// chapar-hostile --idle N [--minutes M] [--json]
//
// Every scenario runs against a real chapard while an honest pair exchanges mail (run.h). It holds
// if the attack took place, the broker lives and grew by at most 64 MiB, an honest device that
// comes meanwhile is welcome, no honest envelope was refused or lost, and their 99 of 100 came
// within twice the time they took before (or twice the floor). tests/hostile/README.md.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "crypto/self_test.h"
#include "tests/hostile/idle.h"
#include "tests/hostile/run.h"

namespace chapar::hostile {
namespace {

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

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
    std::string out;
    for (const auto& [name, number] : counts) {
        out += (out.empty() ? "" : ", ") + std::to_string(number) + " " + name;
    }
    return out;
}

void print(const Scenario& scenario, const Run& run, const std::string& wrong) {
    std::printf(
        "%-5s %-18s +%llu MiB, honest p50 %.1f p99 %.1f ms (before %.1f, %.1f; longest %.0f), new "
        "device %.0f ms; %s%s%s\n",
        wrong.empty() ? "ok" : "FAIL", scenario.name.c_str(),
        static_cast<unsigned long long>(run.growth() / 1024), run.during.p50, run.during.p99,
        run.before.p50, run.before.p99, run.during.longest, run.arrival.value_or(-1),
        listed(run.counts).c_str(), wrong.empty() ? "" : ": ", wrong.c_str());
    std::fflush(stdout);
}

void print_json(const Scenario& scenario, const Run& run, const std::string& wrong) {
    std::printf(
        "{\"name\":\"%s\",\"does\":\"%s\",\"holds\":%s,\"wrong\":\"%s\",\"growth_kib\":%llu,"
        "\"peak_kib\":%llu,\"honest_sent\":%zu,\"honest_delivered\":%zu,\"honest_refused\":%zu,",
        scenario.name.c_str(), scenario.does.c_str(), wrong.empty() ? "true" : "false",
        wrong.c_str(), static_cast<unsigned long long>(run.growth()),
        static_cast<unsigned long long>(run.peak), run.during.sent, run.during.delivered,
        run.during.refused);
    std::printf(
        "\"p99_ms_before\":%.2f,\"p99_ms_during\":%.2f,\"p50_ms_before\":%.2f,"
        "\"p50_ms_during\":%.2f,\"longest_ms_during\":%.2f,\"new_device_ms\":%.1f,\"counts\":{",
        run.before.p99, run.during.p99, run.before.p50, run.during.p50, run.during.longest,
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
    Scene scene;
    std::size_t held = 0;
    const auto all = scenarios(options);
    if (options.json) std::printf("{\"scenarios\":[");
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!scene.target || !options.quick || !scene.target->broker().alive()) {
            scene = {};
            scene = new_scene(plan, options.seconds);
        }
        const Run run = perform(all[i], scene, options.seconds);
        const std::string wrong = verdict(all[i], run, options.floor_ms, options.seconds);
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
    const Honest honest = judged({f.honest});
    const bool holds = f.kept == options.idle && f.peak <= kIdleRss && honest.complete;
    const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
    const auto all = static_cast<double>(options.idle);
    const double each = static_cast<double>(f.rss - f.rss_before) / all;
    if (!options.json) {
        std::printf(
            "%s: %zu of %zu devices kept (greeted %zu in %.1f s), %.0f s idle, peak %llu MiB "
            "(%.1f KiB each), processor %.1f %% while idle, honest p50 %.1f p99 %.1f ms\n",
            holds ? "ok" : "FAIL", f.kept, options.idle, f.greeted, f.opening, f.idle,
            number(f.peak / 1024), each, 100 * f.cpu_idle / f.idle, honest.p50, honest.p99);
        return holds ? 0 : 1;
    }
    std::printf(
        "{\"connections\":%zu,\"greeted\":%zu,\"kept\":%zu,\"opening_s\":%.1f,"
        "\"idle_s\":%.1f,\"rss_before_kib\":%llu,\"rss_kib\":%llu,\"peak_kib\":%llu,"
        "\"kib_each\":%.1f,\"cpu_ms_each_opening\":%.3f,\"cpu_share_idle\":%.4f,"
        "\"honest_p50_ms\":%.2f,\"honest_p99_ms\":%.2f,\"holds\":%s}\n",
        options.idle, f.greeted, f.kept, f.opening, f.idle, number(f.rss_before), number(f.rss),
        number(f.peak), each, f.cpu_opening * 1e3 / all, f.cpu_idle / f.idle, honest.p50,
        honest.p99, holds ? "true" : "false");
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
            "usage: chapar-hostile [--json] [--quick] [--only TEXT] [--seconds S] [--floor-ms F] "
            "[--chapard FILE]\n       chapar-hostile --idle N [--minutes M] [--json] [--chapard "
            "FILE]\n",
            stderr);
        return 2;
    }
    if (!chapar::hostile::raise_descriptors(options->idle + 3000)) {
        std::fputs("chapar-hostile: the limit of open files is too low (ulimit -Hn)\n", stderr);
        return 2;
    }
    return options->idle > 0 ? chapar::hostile::run_idle(*options)
                             : chapar::hostile::run_scenarios(*options);
}
