// The simulator's command line: seeds in, verdicts out.
//
//     sim --seeds N [--from M] [--jobs J] [--twice K] [--json] [--plain]
//     sim --seed N [--transcript] [--plain]
//
// Every K-th seed (default 25) is run twice, and both traces must have the same hash. Exit 0: all
// seeds held; 1: one did not, and its transcript and the line that repeats it were printed.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "broker/core/tables.h"
#include "client/core/tables.h"
#include "tests/sim/world.h"

namespace chapar::sim {
namespace {

struct Options {
    std::uint64_t from = 1;
    std::uint64_t count = 0;
    std::uint64_t twice = 25;
    unsigned jobs = 1;
    bool transcript = false;
    bool json = false;
    bool plain = false;  // no files, no approvals: as a seed ran before there were any
};

// Where files can lie in memory.
std::filesystem::path scratch() {
    const std::filesystem::path memory("/dev/shm");
    std::error_code none;
    const auto base = std::filesystem::is_directory(memory, none)
                          ? memory
                          : std::filesystem::temp_directory_path();
    return base / ("chapar-sim-" + std::to_string(getpid()));
}

class Simulator {
  public:
    Simulator(std::filesystem::path root, bool plain)
        : root_(std::move(root)),
          plain_(plain),
          founding_(root_ / "founding"),
          snapshot_(make_snapshot()) {}
    ~Simulator() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    [[nodiscard]] bool is_plain() const { return plain_; }
    Verdict run(std::uint64_t seed, Transcript& transcript) const {
        Plan plan = draw_plan(seed);
        if (plain_) plan.files = plan.approvals = 0;
        transcript.note(DurationMs(0), "plan", plan.text());
        World world(founding_, snapshot_, plan, transcript, root_ / "run");
        return world.run();
    }

  private:
    Snapshot make_snapshot() const {
        Snapshot empty;
        const auto add = [&](const std::string& name, std::span<const storage::Table> tables) {
            empty.machines[name] = {Image::of(root_ / "founding" / name),
                                    std::make_unique<storage::MemoryStore>(tables)};
        };
        add("broker", broker::store_tables());
        for (const Member& member : founding_.members()) add(member.name, client::tables::kAll);
        Transcript transcript(std::getenv("CHAPAR_SIM_FOUNDING") != nullptr
                                  ? Transcript::Keep::Lines
                                  : Transcript::Keep::HashOnly);
        const Plan plan = calm_plan();
        World world(founding_, empty, plan, transcript, root_ / "run");
        Snapshot founded = world.found();
        for (const std::string& line : transcript.lines()) std::puts(line.c_str());
        return founded;
    }

    std::filesystem::path root_;
    bool plain_;
    Founding founding_;
    Snapshot snapshot_;
};

struct Tally {
    std::uint64_t seeds = 0;
    std::uint64_t failed = 0;
    std::uint64_t twice = 0;
    std::uint64_t events = 0;
    std::uint64_t virtual_ms = 0;
    std::uint64_t first_failed = 0;
    Oracles::Exercised exercised;
};

// What was exercised, by name.
struct Counter {
    const char* name;
    std::uint64_t Oracles::Exercised::*count;
};
constexpr std::array kCounters{
    Counter{"files_sealed", &Oracles::Exercised::files_sealed},
    Counter{"files_read", &Oracles::Exercised::files_read},
    Counter{"fetches", &Oracles::Exercised::fetches},
    Counter{"fetches_ended", &Oracles::Exercised::fetches_ended},
    Counter{"approvals_given", &Oracles::Exercised::approvals_given},
    Counter{"approvals_refused", &Oracles::Exercised::approvals_refused},
    Counter{"approved_sealed", &Oracles::Exercised::approved_sealed},
};

void add(Oracles::Exercised& all, const Oracles::Exercised& more) {
    for (const Counter& one : kCounters) all.*one.count += more.*one.count;
}

std::string counted(const Oracles::Exercised& exercised) {
    std::string text;
    for (const Counter& one : kCounters) {
        text += ", \"" + std::string(one.name) + "\": " + std::to_string(exercised.*one.count);
    }
    return text;
}

void add(Tally& all, const Tally& more) {
    all.seeds += more.seeds;
    all.failed += more.failed;
    all.twice += more.twice;
    all.events += more.events;
    all.virtual_ms += more.virtual_ms;
    if (all.first_failed == 0) all.first_failed = more.first_failed;
    add(all.exercised, more.exercised);
}

void explain(const Simulator& simulator, std::uint64_t seed, const Verdict& verdict) {
    Transcript transcript(Transcript::Keep::Lines);
    (void)simulator.run(seed, transcript);
    std::fprintf(stderr, "--- seed %" PRIu64 "\n", seed);
    for (const std::string& line : transcript.lines()) std::fprintf(stderr, "%s\n", line.c_str());
    for (const std::string& one : verdict.violations) {
        std::fprintf(stderr, "seed %" PRIu64 " failed: %s\n", seed, one.c_str());
    }
    std::fprintf(stderr, "repeat it with: ./run sim --seed %" PRIu64 " --transcript%s\n", seed,
                 simulator.is_plain() ? " --plain" : "");
}

// One process's share: every `jobs`-th seed from its own first one on.
Tally run_share(const Options& options, unsigned share) {
    constexpr std::uint64_t kExplained = 3;
    const Simulator simulator(scratch(), options.plain);
    Tally tally;
    for (std::uint64_t i = share; i < options.count; i += options.jobs) {
        const std::uint64_t seed = options.from + i;
        Transcript transcript(Transcript::Keep::HashOnly);
        Verdict verdict = simulator.run(seed, transcript);
        if (options.twice > 0 && seed % options.twice == 0) {
            Transcript again(Transcript::Keep::HashOnly);
            if (simulator.run(seed, again).trace != verdict.trace) {
                verdict.violations.push_back("another trace the second time");
            }
            ++tally.twice;
        }
        ++tally.seeds;
        tally.events += verdict.events;
        tally.virtual_ms += verdict.ended.value;
        add(tally.exercised, verdict.exercised);
        if (verdict.violations.empty()) continue;
        if (tally.first_failed == 0) tally.first_failed = seed;
        if (++tally.failed <= kExplained) explain(simulator, seed, verdict);
        if (tally.failed > kExplained) {
            std::fprintf(stderr, "seed %" PRIu64 " failed: %s\n", seed,
                         verdict.violations.front().c_str());
        }
    }
    return tally;
}

Tally run_shares(const Options& options) {
    if (options.jobs <= 1) return run_share(options, 0);
    Tally all;
    std::vector<std::pair<pid_t, int>> children;
    for (unsigned share = 0; share < options.jobs; ++share) {
        int ends[2];
        if (pipe(ends) != 0) std::abort();
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            const Tally tally = run_share(options, share);
            const bool told = write(ends[1], &tally, sizeof tally) == sizeof tally;
            _exit(told ? 0 : 1);
        }
        close(ends[1]);
        children.emplace_back(child, ends[0]);
    }
    for (const auto& [child, end] : children) {
        Tally tally;
        if (read(end, &tally, sizeof tally) != sizeof tally) {
            tally = {};
            tally.failed = 1;
            std::fprintf(stderr, "a share of the seeds was not finished\n");
        }
        close(end);
        waitpid(child, nullptr, 0);
        add(all, tally);
    }
    return all;
}

int run_many(const Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    const Tally tally = run_shares(options);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const double rate = static_cast<double>(tally.seeds) / seconds;
    const double hours = static_cast<double>(tally.virtual_ms) / 3.6e6;
    std::printf(
        options.json
            ? "{\"seeds\": %" PRIu64 ", \"from\": %" PRIu64 ", \"failed\": %" PRIu64
              ", \"first_failed\": %" PRIu64 ", \"run_twice\": %" PRIu64 ", \"events\": %" PRIu64
              ", \"virtual_hours\": %.1f, \"seconds\": %.1f, \"seeds_per_second\": %.1f%s}\n"
            : "seeds %" PRIu64 " from %" PRIu64 ", failed %" PRIu64 " (first %" PRIu64
              "), run twice %" PRIu64 ", events %" PRIu64
              ", virtual hours %.1f, %.1f s, %.1f seeds/s%s\n",
        tally.seeds, options.from, tally.failed, tally.first_failed, tally.twice, tally.events,
        hours, seconds, rate, counted(tally.exercised).c_str());
    return tally.failed == 0 ? 0 : 1;
}

int run_one(const Options& options) {
    const Simulator simulator(scratch(), options.plain);
    Transcript transcript(options.transcript ? Transcript::Keep::Lines
                                             : Transcript::Keep::HashOnly);
    const Verdict verdict = simulator.run(options.from, transcript);
    for (const std::string& line : transcript.lines()) std::puts(line.c_str());
    for (const std::string& one : verdict.violations) std::printf("failed: %s\n", one.c_str());
    std::printf("seed %" PRIu64 " trace %016" PRIx64 " events %" PRIu64 " virtual ms %" PRIu64
                " %s\n",
                options.from, verdict.trace, verdict.events, verdict.ended.value,
                verdict.violations.empty() ? "held" : "FAILED");
    return verdict.violations.empty() ? 0 : 1;
}

int usage() {
    std::fputs(
        "usage: sim --seeds N [--from M] [--jobs J] [--twice K] [--json] [--plain]\n"
        "       sim --seed N [--transcript] [--plain]\n",
        stderr);
    return 2;
}

}  // namespace
}  // namespace chapar::sim

int main(int argc, char** argv) {
    chapar::sim::Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--json") {
            options.json = true;
        } else if (name == "--transcript") {
            options.transcript = true;
        } else if (name == "--plain") {
            options.plain = true;
        } else if (i + 1 < argc) {
            const std::uint64_t value = std::strtoull(argv[++i], nullptr, 10);
            if (name == "--seeds") {
                options.count = value;
            } else if (name == "--seed" || name == "--from") {
                options.from = value;
            } else if (name == "--twice") {
                options.twice = value;
            } else if (name == "--jobs") {
                options.jobs = static_cast<unsigned>(value == 0 ? 1 : value);
            } else {
                return chapar::sim::usage();
            }
        } else {
            return chapar::sim::usage();
        }
    }
    return options.count > 0 ? chapar::sim::run_many(options) : chapar::sim::run_one(options);
}
