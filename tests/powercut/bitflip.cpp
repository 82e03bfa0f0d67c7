// Random bits turned over in what a broker has stored: each must be found, or change nothing that
// anybody reads.
//
//     chapar-bitflip [--flips N] [--rounds R] [--seed S] [--json]
//
// A directory that a real chapard has written; one bit of a live byte (live_pages.h: of the data
// file; any byte of the stored bodies) is turned over, and a child process does what the product
// does with it, in this order: start; read all, by key and by walk, entries with their proofs,
// bodies as a client does; every part of `chapard check`; a first commit and the check again.
// *delivered*: a read gives what was never stored, whatever a later check would say. *missing*:
// something is not found any more and nobody says so. *hung*: no end within 30 s of its processor
// time. There must be none of the three. *found*: the start, the check or a reader complains, or
// the process ends (the head page of LMDB and its tree have no checksums). *no effect*: all is as
// before.
//
// It must bite: a reader who passes over the checksums must be given something else by some flip
// (`unchecked`), or the run fails.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "crypto/self_test.h"
#include "tests/powercut/arguments.h"
#include "tests/powercut/live_pages.h"
#include "tests/powercut/load.h"
#include "tests/powercut/opened.h"
#include "tests/powercut/patience.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;

// How a child ends; its exit code, to which kUnchecked is added.
enum Found : int { kNoEffect = 0, kStart = 10, kCheck, kLater, kBody, kMissing, kDelivered };
constexpr int kUnchecked = 64;
constexpr unsigned kSecondsPerFlip = 30;

// Of all children. `ends`: by Found, or by the signal that ended one, negative.
struct Tally {
    std::map<int, std::uint64_t> ends;
    std::map<std::string, std::uint64_t> without_effect;  // by what was hit
    std::uint64_t unchecked = 0;

    [[nodiscard]] std::uint64_t of(int end) const {
        const auto found = ends.find(end);
        return found == ends.end() ? 0 : found->second;
    }
    [[nodiscard]] std::uint64_t hung() const { return of(-SIGALRM) + of(-SIGPROF); }
    [[nodiscard]] std::uint64_t died() const {
        std::uint64_t out = 0;
        for (const auto& [end, count] : ends) out += end < 0 && !is_hang(-end) ? count : 0;
        return out;
    }
    [[nodiscard]] std::uint64_t bad() const { return of(kDelivered) + of(kMissing) + hung(); }
};

const char* name_of(int end) {
    return end == kDelivered ? "delivered" : end == kMissing ? "missing" : "hung";
}

struct Options {
    std::uint64_t flips = 10'000;
    std::uint64_t seed = 1;
    std::uint64_t rounds = 40;
    bool json = false;
};

Bytes read_whole(const fs::path& path) {
    return broker::read_file(path, broker::Exposure::Public).value();
}

class Flips {
  public:
    Flips(const Load& load, const Options& options, fs::path scratch)
        : load_(load),
          options_(options),
          scratch_(std::move(scratch)),
          config_(broker::read_config(load.directory() / "chapard.toml").value()),
          node_(broker::NodeKeys::read(load.directory()).value()) {
        for (const auto& entry : fs::recursive_directory_iterator(load.directory())) {
            if (entry.is_regular_file()) {
                files_[entry.path().lexically_relative(load.directory())] =
                    read_whole(entry.path());
            }
        }
        targets_ = live_ranges(files_.at("store/data.mdb"));
        for (LiveRange& range : targets_) live_ += range.size;
        in_store_ = targets_.size();
        for (const auto& [name, content] : files_) {
            if (!name.starts_with("bodies/")) continue;
            bodies_.push_back(name);
            targets_.push_back(
                {0, content.size(), name.ends_with(".leaves") ? "leaf list" : "body"});
            live_ += content.size();
        }
        write_files({}, 0, 0);
        Opened opened(scratch_, node_, config_);
        const Status right = opened.start();
        CHAPAR_ASSERT(right.has_value() && opened.check().has_value());
        const auto txn = opened.read().value();
        contents_ = Contents::of(opened.reading(*txn)).value();
    }

    // 0: nothing bad, and it bit.
    int run() {
        Tally tally;
        std::uint64_t state = options_.seed * 0x9e3779b97f4a7c15U + 1;
        for (std::uint64_t flip = 0; flip < options_.flips; ++flip) {
            state ^= state >> 12U, state ^= state << 25U, state ^= state >> 27U;
            const std::uint64_t drawn = state * 0x2545f4914f6cdd1dU >> 8U;
            const auto [target, offset] = place(drawn / 8 % live_);
            const auto bit = static_cast<unsigned>(drawn % 8);
            int end = one(target, offset, bit);
            if (end >= kUnchecked) {
                ++tally.unchecked;
                end -= kUnchecked;
            }
            ++tally.ends[end];
            if (end == kNoEffect) ++tally.without_effect[targets_[target].what];
            if (end != kDelivered && end != kMissing && !is_hang(-end)) continue;
            std::fprintf(stderr, "%s: bit %u of byte %llu, %s\n", name_of(end), bit,
                         static_cast<unsigned long long>(offset), targets_[target].what.c_str());
        }
        options_.json ? report_json(tally) : report(tally);
        if (tally.unchecked == 0) {
            std::fprintf(stderr, "no flip would have shown without the checksums: too few\n");
        }
        return tally.bad() == 0 && tally.unchecked > 0 ? 0 : 1;
    }

  private:
    std::pair<std::size_t, std::uint64_t> place(std::uint64_t at) const {
        std::size_t target = 0;
        while (at >= targets_[target].size) at -= targets_[target++].size;
        return {target, targets_[target].offset + at};
    }
    // With one bit turned over in the file of that name.
    void write_files(const std::string& name, std::uint64_t offset, unsigned bit) const {
        std::error_code none;
        fs::remove_all(scratch_, none);
        for (const auto& [file, content] : files_) {
            if (fs::path(file).filename() == "lock.mdb") continue;
            const fs::path path = scratch_ / file;
            fs::create_directories(path.parent_path());
            std::ofstream out(path, std::ios::binary);
            if (file != name) {
                out << std::string_view(reinterpret_cast<const char*>(content.data()),
                                        content.size());
            } else {
                Bytes damaged = content;
                damaged[offset] ^= std::byte{1} << bit;
                out << std::string_view(reinterpret_cast<const char*>(damaged.data()),
                                        damaged.size());
            }
            out.close();
            chmod(path.c_str(), 0600);
        }
        chmod(scratch_.c_str(), 0700);
        for (const char* folder : {"bodies", "bodies/incoming", "kek", "keys", "store"}) {
            fs::create_directories(scratch_ / folder);
            chmod((scratch_ / folder).c_str(), 0700);
        }
    }
    int one(std::size_t target, std::uint64_t offset, unsigned bit) const {
        const bool in_store = target < in_store_;
        write_files(in_store ? "store/data.mdb" : bodies_[target - in_store_], offset, bit);
        const pid_t child = fork();
        CHAPAR_ASSERT(child >= 0);
        if (child == 0) {
            std::fclose(stderr);  // LMDB says why it stops
            end_after(kSecondsPerFlip);
            _exit(judge(in_store));
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int judge(bool in_store) const {
        Opened opened(scratch_, node_, config_);
        if (!opened.start()) return kStart;
        if (!in_store) return judge_bodies(opened);
        int unchecked = 0;
        bool same = false;
        {
            // Before the check: it runs once a day, and readers do not wait for it.
            const auto txn = opened.read();
            if (!txn) return kCheck;
            if (contents_.gives_other_unchecked(**txn)) unchecked = kUnchecked;
            if (contents_.gives_other(opened.reading(**txn))) return unchecked + kDelivered;
            same = contents_.same(**txn);
        }
        if (!opened.check()) return unchecked + kCheck;
        if (!same) return unchecked + kMissing;
        // What the list of free pages got wrong shows when they are used.
        if (!opened.commit() || !opened.check()) return unchecked + kLater;
        return unchecked + kNoEffect;
    }
    int judge_bodies(Opened& opened) const {
        for (const auto& [root, content] : load_.attachments()) {
            const auto read = opened.body(root, content.size());
            if (!read) return kBody;
            if (*read != content) return kDelivered;
        }
        return kNoEffect;
    }
    void report(const Tally& tally) const {
        const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
        std::printf(
            "%llu flips in %llu live bytes (seed %llu): found at the start %llu, by the check "
            "%llu, after a commit %llu, by a reader %llu, by the end of the process %llu; without "
            "effect %llu\nmissing %llu, delivered %llu, hung %llu; without checksums %llu would "
            "have been delivered\n",
            number(options_.flips), number(live_), number(options_.seed), number(tally.of(kStart)),
            number(tally.of(kCheck)), number(tally.of(kLater)), number(tally.of(kBody)),
            number(tally.died()), number(tally.of(kNoEffect)), number(tally.of(kMissing)),
            number(tally.of(kDelivered)), number(tally.hung()), number(tally.unchecked));
    }
    void report_json(const Tally& tally) const {
        std::string parts;
        for (const auto& [what, count] : tally.without_effect) {
            parts += (parts.empty() ? "\"" : ",\"") + what + "\":" + std::to_string(count);
        }
        const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
        std::printf(
            "{\"type\":\"bitflip\",\"flips\":%llu,\"seed\":%llu,\"live_bytes\":%llu,"
            "\"at_start\":%llu,\"by_check\":%llu,\"after_commit\":%llu,\"by_reader\":%llu,"
            "\"process_ended\":%llu,\"no_effect\":%llu,\"missing\":%llu,\"delivered\":%llu,"
            "\"hung\":%llu,\"unchecked\":%llu,\"no_effect_in\":{%s}}\n",
            number(options_.flips), number(options_.seed), number(live_), number(tally.of(kStart)),
            number(tally.of(kCheck)), number(tally.of(kLater)), number(tally.of(kBody)),
            number(tally.died()), number(tally.of(kNoEffect)), number(tally.of(kMissing)),
            number(tally.of(kDelivered)), number(tally.hung()), number(tally.unchecked),
            parts.c_str());
    }

    const Load& load_;
    Options options_;
    fs::path scratch_;
    broker::Config config_;
    broker::NodeKeys node_;
    std::map<std::string, Bytes> files_;
    std::vector<LiveRange> targets_;
    std::size_t in_store_ = 0;
    std::vector<std::string> bodies_;
    std::uint64_t live_ = 0;
    Contents contents_;
};

int run(int argc, char** argv) {
    Options options;
    read_arguments(
        argc, argv, "chapar-bitflip [--flips N] [--rounds R] [--seed S] [--json]",
        {{"--flips", options.flips}, {"--rounds", options.rounds}, {"--seed", options.seed}},
        options.json);
    if (fs::is_directory("/dev/shm")) setenv("TMPDIR", "/dev/shm", 1);
    if (!crypto::start()) return 1;
    const Load load(CHAPAR_CHAPARD, CHAPAR_RECORDER, static_cast<unsigned>(options.rounds));
    const testing::TemporaryDirectory scratch;
    return Flips(load, options, scratch.path() / "image").run();
}

}  // namespace
}  // namespace chapar::powercut

int main(int argc, char** argv) { return chapar::powercut::run(argc, argv); }
