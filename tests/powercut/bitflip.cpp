// Random bits turned over in what a broker has stored: each must be found, or change nothing that
// anybody reads.
//
//     bitflip [--flips N] [--rounds R] [--seed S] [--json]
//
// A directory that a real chapard has written; one bit of a live byte (live_pages.h: of the data
// file; any byte of the stored bodies) is turned over, and a child process does what the product
// does with it: start, every part of `chapard check`, a first commit and the check again, and the
// reading of bodies as a client reads them. *found*: one of them complains, or the process ends
// (the head page of LMDB and its tree have no checksums). *no effect*: all records and bodies are
// the same by every key and in every walk. *missing*: a record is not found any more and nobody
// says so. *delivered*: one is found with another content; there must be none of these two.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "broker/check.h"
#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "broker/edge/body_store.h"
#include "broker/edge/ledger_guard.h"
#include "crypto/chunk_verifier.h"
#include "crypto/self_test.h"
#include "schemas/base/hex.h"
#include "storage/compare.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/powercut/live_pages.h"
#include "tests/powercut/load.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;

// How a child ends.
enum Found : int { kNoEffect = 0, kStart = 10, kCheck, kLater, kBody, kMissing, kDelivered };
constexpr unsigned kSecondsPerFlip = 30;

struct Options {
    std::uint64_t flips = 10'000;
    std::uint64_t seed = 1;
    unsigned rounds = 40;
};

Bytes read_whole(const fs::path& path) {
    return broker::read_file(path, broker::Exposure::Public).value();
}

class RealTime final : public broker::TimeSource {
  public:
    broker::Stamp stamp() override { return {TimeMs(now_), broker::Clock::Disciplined}; }
    DurationMs elapsed() override { return DurationMs(now_); }
    std::optional<crypto::ClockStep> take_step() override { return std::nullopt; }

  private:
    std::uint64_t now_ = static_cast<std::uint64_t>(std::time(nullptr)) * 1000 + 60'000;
};

// Every record as a key finds it, and as a walk does.
class Contents {
  public:
    static Result<Contents> of(const storage::ReadTxn& txn) {
        Contents out;
        for (const storage::Table& table : broker::store_tables()) {
            const auto cursor = txn.cursor(table);
            for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record();
                 CHAPAR_TRY(cursor->next())) {
                const Bytes key(cursor->key().begin(), cursor->key().end());
                out.records_.emplace_back(table, key,
                                          Bytes(cursor->value().begin(), cursor->value().end()));
            }
        }
        return out;
    }
    // Whether a record is found that is not what was stored.
    [[nodiscard]] bool altered(const storage::ReadTxn& txn) const {
        for (const auto& [table, key, value] : records_) {
            const auto found = txn.get(table, key);
            if (found && *found && !equal(**found, value)) return true;
        }
        return false;
    }
    [[nodiscard]] bool same_by_key(const storage::ReadTxn& txn) const {
        for (const auto& [table, key, value] : records_) {
            const auto found = txn.get(table, key);
            if (!found || !*found || !equal(**found, value)) return false;
        }
        return true;
    }
    [[nodiscard]] bool same_walk(const storage::ReadTxn& txn) const {
        const auto walked = of(txn);
        if (!walked || walked->records_.size() != records_.size()) return false;
        for (std::size_t i = 0; i < records_.size(); ++i) {
            if (std::get<1>(walked->records_[i]) != std::get<1>(records_[i])) return false;
            if (std::get<2>(walked->records_[i]) != std::get<2>(records_[i])) return false;
        }
        return true;
    }

  private:
    std::vector<std::tuple<storage::Table, Bytes, Bytes>> records_;
};

// A broker's directory in this process, as a start opens it.
class Opened {
  public:
    Opened(const fs::path& directory, const broker::NodeKeys& node, const broker::Config& config)
        : directory_(directory), node_(node), config_(config) {}

    Status start() {
        const auto tables = broker::store_tables();
        keys_.emplace(CHAPAR_TRY(broker::LedgerKeyFile::open(
            directory_ / "ledger.keys", directory_ / config_.ledger.kek, random_)));
        store_ = CHAPAR_TRY(
            storage::LmdbStore::open(directory_ / "store", tables, {.map_size = config_.map_size}));
        tick_.emplace(CHAPAR_TRY(broker::Tick::open(
            {*store_, *keys_, node_.log, random_, broker::Capacity{config_.mailbox_quota}})));
        notes_.emplace(*store_, node_.log.verifier());
        guard_.emplace(CHAPAR_TRY(broker::LedgerGuard::open(
            {node_, directory_, *store_, *tick_, *notes_, time_, random_},
            broker::HighWaterFile(directory_ / config_.ledger.high_water, node_.manifest.origin),
            broker::Witnesses::None)));
        if (guard_->standing() == broker::Standing::Checked) return Done{};
        return Error(Errc::LedgerDamaged, guard_->reason());
    }
    // Every part of `chapard check`; the first that finds something is the error.
    Status check() {
        const auto txn = CHAPAR_TRY(store_->begin_read());
        const broker::CheckScene scene{directory_,           config_, node_.manifest.origin,
                                       node_.log.verifier(), *txn,    keys_->keys(),
                                       tick_->frontier()};
        for (const broker::CheckPart& part : broker::check_parts()) {
            broker::PartVerdict verdict;
            verdict.part = part.name;
            CHAPAR_TRY(part.check(scene, verdict));
            if (verdict.wrong > 0) return Error(Errc::StoreDamaged, part.name + verdict.first);
        }
        return Done{};
    }
    Status commit() {
        CHAPAR_TRY(guard_->begin());
        return Done{};
    }
    // As a client gets it: leaf list, then every chunk against it.
    Result<Bytes> body(const Hash& root, std::uint64_t size) {
        const auto txn = CHAPAR_TRY(store_->begin_read());
        const auto in_use = [&](const Hash& one) { return broker::file_in_use(*txn, one); };
        const auto bodies = CHAPAR_TRY(broker::BodyStore::open(directory_, {1U << 30U, 0}, in_use));
        if (!bodies->is_complete(root, size)) return Error(Errc::StreamMissing);
        const auto leaves = CHAPAR_TRY(bodies->leaves(root));
        const crypto::StreamCommitment commitment{Hash{}, root, size};
        const auto verifier = CHAPAR_TRY(crypto::ChunkVerifier::create(commitment, leaves));
        Bytes whole;
        for (std::uint64_t i = 0; i < verifier.chunks(); ++i) {
            const Bytes chunk = CHAPAR_TRY(bodies->chunks(root, i, 1));
            CHAPAR_TRY(verifier.check(i, chunk));
            append(whole, chunk);
        }
        return whole;
    }
    [[nodiscard]] const storage::Store& store() const { return *store_; }

  private:
    const fs::path& directory_;
    const broker::NodeKeys& node_;
    const broker::Config& config_;
    crypto::SystemRandom random_;
    RealTime time_;
    std::optional<broker::LedgerKeyFile> keys_;
    std::unique_ptr<storage::LmdbStore> store_;
    std::optional<broker::Tick> tick_;
    std::optional<broker::PublishedNotes> notes_;
    std::optional<broker::LedgerGuard> guard_;
};

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
        const auto txn = opened.store().begin_read().value();
        contents_ = Contents::of(*txn).value();
    }

    int run() {
        std::map<int, std::uint64_t> ends;
        std::map<std::string, std::uint64_t> without_effect;
        std::uint64_t state = options_.seed * 0x9e3779b97f4a7c15U + 1;
        for (std::uint64_t flip = 0; flip < options_.flips; ++flip) {
            state ^= state >> 12U, state ^= state << 25U, state ^= state >> 27U;
            const std::uint64_t drawn = state * 0x2545f4914f6cdd1dU >> 8U;
            const auto [target, offset] = place(drawn / 8 % live_);
            const int end = one(target, offset, static_cast<unsigned>(drawn % 8));
            ++ends[end];
            if (end == kNoEffect) ++without_effect[targets_[target].what];
            if (end == kDelivered || end == kMissing) {
                std::fprintf(
                    stderr, "%s: bit %u of byte %llu, %s\n",
                    end == kMissing ? "missing" : "delivered", static_cast<unsigned>(drawn % 8),
                    static_cast<unsigned long long>(offset), targets_[target].what.c_str());
            }
        }
        report(ends, without_effect);
        return ends[kDelivered] + ends[kMissing] == 0 ? 0 : 1;
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
            alarm(kSecondsPerFlip);
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
        if (!opened.check()) return kCheck;
        bool same = false;
        {
            const auto txn = opened.store().begin_read();
            if (!txn || contents_.altered(**txn)) return kDelivered;
            same = contents_.same_by_key(**txn) && contents_.same_walk(**txn);
        }
        if (!same) return kMissing;
        // What the list of free pages got wrong shows when they are used.
        if (!opened.commit() || !opened.check()) return kLater;
        return kNoEffect;
    }
    int judge_bodies(Opened& opened) const {
        for (const auto& [root, content] : load_.attachments()) {
            const auto read = opened.body(root, content.size());
            if (!read) return kBody;
            if (*read != content) return kDelivered;
        }
        return kNoEffect;
    }
    void report(std::map<int, std::uint64_t>& ends,
                const std::map<std::string, std::uint64_t>& without_effect) const {
        std::uint64_t died = 0;
        std::uint64_t hung = 0;
        for (const auto& [end, count] : ends) {
            if (end >= 0) continue;
            (-end == SIGALRM ? hung : died) += count;
        }
        std::string parts;
        for (const auto& [what, count] : without_effect) {
            parts += (parts.empty() ? "\"" : ",\"") + what + "\":" + std::to_string(count);
        }
        const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
        std::printf(
            "{\"type\":\"bitflip\",\"flips\":%llu,\"seed\":%llu,\"live_bytes\":%llu,"
            "\"at_start\":%llu,\"by_check\":%llu,\"after_commit\":%llu,\"by_reader\":%llu,"
            "\"process_ended\":%llu,\"hung\":%llu,\"no_effect\":%llu,\"missing\":%llu,"
            "\"delivered\":%llu,"
            "\"no_effect_in\":{%s}}\n",
            number(options_.flips), number(options_.seed), number(live_), number(ends[kStart]),
            number(ends[kCheck]), number(ends[kLater]), number(ends[kBody]), number(died),
            number(hung), number(ends[kNoEffect]), number(ends[kMissing]), number(ends[kDelivered]),
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
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool has_value = i + 1 < argc;
        if (word == "--json") continue;
        if (word == "--flips" && has_value) {
            options.flips = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--rounds" && has_value) {
            options.rounds = static_cast<unsigned>(std::strtoul(argv[++i], nullptr, 10));
        } else if (word == "--seed" && has_value) {
            options.seed = std::strtoull(argv[++i], nullptr, 10);
        } else {
            std::fprintf(stderr, "bitflip [--flips N] [--rounds R] [--seed S] [--json]\n");
            return 2;
        }
    }
    if (fs::is_directory("/dev/shm")) setenv("TMPDIR", "/dev/shm", 1);
    if (!crypto::start()) return 1;
    const Load load(CHAPAR_CHAPARD, CHAPAR_RECORDER, options.rounds);
    const testing::TemporaryDirectory scratch;
    return Flips(load, options, scratch.path() / "image").run();
}

}  // namespace
}  // namespace chapar::powercut

int main(int argc, char** argv) { return chapar::powercut::run(argc, argv); }
