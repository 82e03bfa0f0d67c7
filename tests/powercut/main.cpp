// The power-cut replay's command line.
//
//     chapar-powercut [--images N] [--rounds R] [--jobs J] [--json]
//
// Records chapard, looks at N images of what a disk may hold (default 200,000), and then at images
// of three sabotaged disks, each of which must give bad ones: a harness that finds nothing there
// proves nothing. Exit 0: no bad image, as many possible as were asked for, and each sabotage
// caught. 1: otherwise, with the first bad ones on standard error.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "crypto/self_test.h"
#include "tests/powercut/arguments.h"
#include "tests/powercut/replay.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::uint64_t images = 200'000;
    std::uint64_t rounds = 120;
    std::uint64_t jobs = 1;
    bool json = false;
};

constexpr std::uint64_t kSabotagedShare = 40;  // one image of so many
constexpr std::uint64_t kSabotagedLeast = 400;

struct Sabotaged {
    const char* name;
    Sabotage how;
    Tally tally;
};

Options parse(int argc, char** argv) {
    Options options;
    read_arguments(
        argc, argv, "chapar-powercut [--images N] [--rounds R] [--jobs J] [--json]",
        {{"--images", options.images}, {"--rounds", options.rounds}, {"--jobs", options.jobs}},
        options.json);
    options.jobs = std::max<std::uint64_t>(options.jobs, 1);
    return options;
}

void show(const char* name, const Tally& tally) {
    for (const std::string& line : tally.first) {
        std::fprintf(stderr, "%s: %s\n", name, line.c_str());
    }
}

std::string json_of(const Tally& tally) {
    return "\"images\":" + std::to_string(tally.images) +
           ",\"cut_again\":" + std::to_string(tally.recoveries) +
           ",\"bad\":" + std::to_string(tally.bad) + ",\"died\":" + std::to_string(tally.died);
}

// What one run has to tell.
struct Outcome {
    std::size_t events = 0;
    std::size_t commits = 0;
    std::uint64_t possible = 0;
    Tally honest;
    std::vector<Sabotaged> sabotaged;
    double seconds = 0;
};

void print_json(const Outcome& told) {
    std::string sabotaged;
    for (const Sabotaged& one : told.sabotaged) {
        sabotaged += (sabotaged.empty() ? "\"" : ",\"") + std::string(one.name) + "\":{" +
                     json_of(one.tally) + "}";
    }
    std::printf(
        "{\"type\":\"powercut\",\"events\":%zu,\"commits\":%zu,\"possible\":%llu,%s,"
        "\"sabotaged\":{%s},\"seconds\":%.1f}\n",
        told.events, told.commits, static_cast<unsigned long long>(told.possible),
        json_of(told.honest).c_str(), sabotaged.c_str(), told.seconds);
}

void print(const Outcome& told) {
    const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
    std::printf("%llu images of %llu (%zu commits), %llu cut again: %llu bad, in %.1f s\n",
                number(told.honest.images), number(told.possible), told.commits,
                number(told.honest.recoveries), number(told.honest.bad), told.seconds);
    for (const Sabotaged& one : told.sabotaged) {
        std::printf("%s: %llu bad of %llu\n", one.name, number(one.tally.bad),
                    number(one.tally.images));
    }
}

int run(const Options& options) {
    // Files in memory: this is about what was asked of the disk, not about how fast it is.
    if (fs::is_directory("/dev/shm")) setenv("TMPDIR", "/dev/shm", 1);
    if (const Status started = crypto::start(); !started) return 1;
    const auto begun = std::chrono::steady_clock::now();
    const Load load(CHAPAR_CHAPARD, CHAPAR_RECORDER, static_cast<unsigned>(options.rounds));
    const testing::TemporaryDirectory scratch;
    const Replay replay(load, scratch.path());
    if (const auto files = replay.unexplained(); !files.empty()) {
        for (const std::string& file : files) {
            std::fprintf(stderr, "the trace does not explain %s\n", file.c_str());
        }
        return 1;
    }
    Outcome told{load.events().size(), replay.commits(), replay.count(Sabotage::None), {}, {}, 0};
    const auto jobs = static_cast<unsigned>(options.jobs);
    told.honest = replay.run(Sabotage::None, options.images, jobs);
    show("bad", told.honest);
    told.sabotaged = {{"no_meta_sync", Sabotage::NoMetaSync, {}},
                      {"no_sync", Sabotage::NoSync, {}},
                      {"sync_ignored", Sabotage::SyncIgnored, {}}};
    bool bites = true;
    for (Sabotaged& one : told.sabotaged) {
        const std::uint64_t images = std::max(options.images / kSabotagedShare, kSabotagedLeast);
        one.tally = replay.run(one.how, images, jobs);
        bites = bites && one.tally.bad > 0;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    told.seconds = took.count();
    options.json ? print_json(told) : print(told);
    const bool enough = told.possible >= options.images;
    if (!enough) std::fprintf(stderr, "so short a day has too few images: --rounds\n");
    return told.honest.bad == 0 && bites && enough ? 0 : 1;
}

}  // namespace
}  // namespace chapar::powercut

int main(int argc, char** argv) {
    return chapar::powercut::run(chapar::powercut::parse(argc, argv));
}
