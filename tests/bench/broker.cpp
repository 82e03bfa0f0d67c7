// bench-broker [--json] [--envelopes N] [--only TEXT] [--chapard FILE]: how many sealed envelopes a
// second chapard takes, decides, commits, answers and hands out, on this machine, over loopback and
// CURVE.
//
// A real chapard is the child of this process; its load is one thread with sealed mail
// (tests/load). Floors of the same run stand beside the figures. What was seen, and where the time
// goes: tests/bench/README.md.
#include <algorithm>
#include <cstring>

#include "crypto/self_test.h"
#include "tests/bench/bench.h"
#include "tests/bench/broker_point.h"
#include "tests/bench/floors.h"

namespace chapar::bench {
namespace {

using testing::percentile;

// Of the store's commit, two: its pages, then its meta page; the third is high-water's.
constexpr std::uint64_t kSyncsPerCommit = 3;

struct Options {
    bool json = false;
    std::size_t envelopes = 20'000;
    std::string only;
    std::string chapard = CHAPAR_CHAPARD;
};

std::vector<PointPlan> plans(const Options& options) {
    const auto closed = [&](const char* name, std::size_t batch, std::size_t text) {
        PointPlan plan;
        plan.name = name;
        plan.batch = batch;
        plan.text = text;
        plan.envelopes = options.envelopes;
        return plan;
    };
    const auto at_rate = [&](const char* name, std::size_t batch, std::size_t text, double rate) {
        PointPlan plan = closed(name, batch, text);
        plan.rate = rate;
        plan.envelopes = std::min(options.envelopes, static_cast<std::size_t>(rate * 8));
        return plan;
    };
    std::vector<PointPlan> all{closed("closed-512x1", 1, 512),
                               closed("closed-512x16", 16, 512),
                               closed("closed-4096x1", 1, 4096),
                               closed("closed-4096x16", 16, 4096),
                               closed("accept-512x16", 16, 512),
                               at_rate("rate-100-512x1", 1, 512, 100),
                               at_rate("rate-500-512x1", 1, 512, 500),
                               at_rate("rate-2000-512x1", 1, 512, 2000),
                               at_rate("rate-500-512x16", 16, 512, 500),
                               at_rate("rate-500-4096x1", 1, 4096, 500),
                               at_rate("rate-500-4096x16", 16, 4096, 500)};
    all[4].recipients = 0;
    std::erase_if(all, [&](const PointPlan& plan) {
        return plan.name.find(options.only) == std::string::npos;
    });
    return all;
}

double per_million(double seconds, std::size_t envelopes) {
    return envelopes == 0 ? 0 : seconds * 1e6 / static_cast<double>(envelopes);
}

void print_point(const PointPlan& plan, const PointFigures& figures) {
    const testing::TrafficFigures& t = figures.traffic;
    std::printf(
        "%-17s%8.0f/s  receipt p50 %.2f p99 %.2f ms  delivered p50 %.2f p99 %.2f ms  broker "
        "%.0f CPU s/M  load %.0f CPU s/M  %llu syncs (%.1f envelopes each)  RSS %llu MiB  "
        "%.0f B sent, %.0f B stored%s%s\n",
        plan.name.c_str(), t.per_second(), percentile(t.receipt, .5) / 1e3,
        percentile(t.receipt, .99) / 1e3, percentile(t.delivery, .5) / 1e3,
        percentile(t.delivery, .99) / 1e3, per_million(figures.broker_cpu, t.sent),
        per_million(figures.generator_cpu, t.sent),
        static_cast<unsigned long long>(figures.commits * kSyncsPerCommit),
        static_cast<double>(t.sent) /
            static_cast<double>(std::max<std::uint64_t>(1, figures.commits * kSyncsPerCommit)),
        static_cast<unsigned long long>(figures.peak / 1024), figures.frame_bytes,
        figures.store_bytes, t.refused > 0 ? "  REFUSED: " : "", t.refusal.c_str());
    std::fflush(stdout);
}

void print_json(const PointPlan& plan, const PointFigures& figures) {
    const testing::TrafficFigures& t = figures.traffic;
    std::printf(
        "{\"name\":\"%s\",\"envelopes\":%zu,\"answered\":%zu,\"refused\":%zu,\"delivered\":%zu,"
        "\"confirmed\":%zu,\"seconds\":%.3f,\"per_second\":%.0f,",
        plan.name.c_str(), t.sent, t.receipt.size(), t.refused, t.delivery.size(), t.confirmed,
        t.seconds, t.per_second());
    std::printf(
        "\"receipt_us\":{\"p50\":%u,\"p99\":%u},\"delivery_us\":{\"p50\":%u,\"p99\":%u},"
        "\"broker_cpu_s_per_million\":%.1f,\"load_cpu_s_per_million\":%.1f,\"commits\":%llu,"
        "\"fsyncs\":%llu,\"rss_kib\":%llu,\"peak_kib\":%llu,\"bytes_sent_each\":%.0f,"
        "\"bytes_stored_each\":%.0f}",
        percentile(t.receipt, .5), percentile(t.receipt, .99), percentile(t.delivery, .5),
        percentile(t.delivery, .99), per_million(figures.broker_cpu, t.sent),
        per_million(figures.generator_cpu, t.sent),
        static_cast<unsigned long long>(figures.commits),
        static_cast<unsigned long long>(figures.commits * kSyncsPerCommit),
        static_cast<unsigned long long>(figures.rss), static_cast<unsigned long long>(figures.peak),
        figures.frame_bytes, figures.store_bytes);
}

// Whether every envelope was answered, and those accepted were handed out where somebody took mail.
// A rate beyond what the machine can do is answered with back-pressure, which is no fault.
bool holds(const PointPlan& plan, const PointFigures& figures) {
    const testing::TrafficFigures& t = figures.traffic;
    const bool delivered = plan.recipients == 0 || t.confirmed == t.sent - t.refused;
    return t.sent > 0 && t.receipt.size() == t.sent && delivered;
}

int run(const Options& options) {
    const Folder folder;
    const Floors floors = measure_floors(folder.path);
    std::printf(options.json
                    ? "{\"floors\":{\"verify_per_second\":%.0f,\"sha256_4k_per_second\":%.0f,"
                      "\"sync_per_second\":%.0f,\"append_sync_per_second\":%.0f},\"points\":["
                    : "floors: %.0f verifications/s, %.0f SHA-256 of 4 KiB/s a core; %.0f syncs/s "
                      "overwriting, %.0f/s growing\n",
                floors.verifications, floors.hashes, floors.syncs, floors.appends);
    bool all = true;
    const char* separator = "";
    for (const PointPlan& plan : plans(options)) {
        const PointFigures figures = measure(plan, options.chapard);
        if (options.json) std::printf("%s", std::exchange(separator, ","));
        options.json ? print_json(plan, figures) : print_point(plan, figures);
        all = all && holds(plan, figures);
    }
    if (options.json) std::printf("],\"holds\":%s}\n", all ? "true" : "false");
    return all ? 0 : 1;
}

}  // namespace
}  // namespace chapar::bench

int main(int argc, char** argv) {
    chapar::bench::Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") {
            options.json = true;
        } else if (word == "--envelopes" && i + 1 < argc) {
            options.envelopes = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--only" && i + 1 < argc) {
            options.only = argv[++i];
        } else if (word == "--chapard" && i + 1 < argc) {
            options.chapard = argv[++i];
        } else {
            std::fputs(
                "usage: bench-broker [--json] [--envelopes N] [--only TEXT] [--chapard FILE]\n",
                stderr);
            return 2;
        }
    }
    if (!chapar::crypto::start() || options.envelopes < 1000) return 2;
    return chapar::bench::run(options);
}
