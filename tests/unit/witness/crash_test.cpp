// Persist, then answer: what a crash at each point leaves.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

#include "client/edge/witness_service.h"
#include "crypto/sha256.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/memory_store.h"
#include "support/child_process.h"
#include "support/temporary_directory.h"
#include "unit/witness/fake_log.h"

namespace chapar::testing {
namespace {

using client::WitnessService;
using Kept = storage::CommitFault::Kept;

class FixedClock final : public client::Clock {
  public:
    [[nodiscard]] TimeMs now() const override { return kNow; }
    [[nodiscard]] DurationMs elapsed() const override { return {}; }
    [[nodiscard]] std::uint64_t boot() const override { return 0; }
};

struct Heard {
    std::vector<std::filesystem::path> forks;
    std::vector<Error> troubles, failures;

    client::WitnessReports reports() {
        return {[this](const crypto::ForkEvidence&, const std::filesystem::path& file) {
                    forks.push_back(file);
                },
                [this](const Error& error) { troubles.push_back(error); },
                [this](const Error& error) { failures.push_back(error); }};
    }
};

struct Bench {
    TemporaryDirectory folder;
    FakeLog log{20};
    FakeLog fork{20, "second"};
    client::Witness witness = make_witness({log.key()});
    FixedClock clock;
    Heard heard;

    std::unique_ptr<WitnessService> service(storage::Store& store) {
        return must(WitnessService::create(witness, store, clock, folder.path() / "forks",
                                           heard.reports()));
    }
};

crypto::WitnessAnswer ask(WitnessService& service, std::string body) {
    return service.answer({crypto::WitnessMethod::AddCheckpoint, std::move(body)});
}

}  // namespace

// Fails if the answer is given before the commit, or though it failed.
TEST_CASE("a head that could not be written is not cosigned, and the witness stops") {
    for (const Kept kept : {Kept::Nothing, Kept::Everything}) {
        Bench bench;
        storage::MemoryStoreOptions options;
        options.commit_fault = storage::CommitFault{2, kept};
        storage::MemoryStore store(client::witness_tables::kAll, options);
        auto service = bench.service(store);
        CHECK(ask(*service, bench.log.body(0, 5)).status == 200);
        const auto refused = ask(*service, bench.log.body(5, 9));
        CHECK(refused.status == 500);
        CHECK(refused.body.find("witness.example") == std::string::npos);
        CHECK(bench.heard.failures.size() == 1);
        CHECK(ask(*service, bench.log.body(5, 9)).status == 500);

        const auto restarted = must(storage::MemoryStore::reopen(store));
        service = bench.service(*restarted);
        // Either it is as if nothing was asked, or the head is held and can be asked for again.
        const std::uint64_t held = kept == Kept::Nothing ? 5 : 9;
        CHECK(ask(*service, bench.log.body(3, 9)).body == std::to_string(held) + "\n");
        CHECK(ask(*service, bench.log.body(held, 9)).status == 200);
        CHECK(bench.heard.forks.empty());
    }
}

TEST_CASE("a full store refuses, and the witness goes on when there is room") {
    Bench bench;
    storage::MemoryStoreOptions options;
    options.capacity_bytes = 1200;
    storage::MemoryStore small(client::witness_tables::kAll, options);
    auto service = bench.service(small);
    std::uint16_t status = 200;
    std::uint64_t size = 0;
    while (status == 200 && size < 20) {
        status = ask(*service, bench.log.body(size, size + 1)).status;
        if (status == 200) ++size;
    }
    CHECK(status == 500);
    CHECK(bench.heard.failures.empty());
    CHECK(bench.heard.troubles.size() == 1);
    const auto larger = must(storage::MemoryStore::reopen(small));
    service = bench.service(*larger);
    CHECK(ask(*service, bench.log.body(size, size + 1)).status == 200);
}

// Fails if the note is kept only when the answer has left.
TEST_CASE("a witness that is killed between persisting and answering holds the head") {
    Bench bench;
    const std::filesystem::path directory = bench.folder.path() / "store";
    const int status = in_child([&] {
        auto store = storage::LmdbStore::open(directory, client::witness_tables::kAll);
        if (!store) return 1;
        auto txn = (*store)->begin_write();
        auto decision = bench.witness.add_checkpoint(**txn, bench.log.body(0, 9), kNow);
        if (!decision || decision->answer.status != 200) return 2;
        if (!std::move(**txn).commit()) return 3;
        ::kill(::getpid(), SIGKILL);  // the answer stays here
        return 4;
    });
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);

    auto store = must(storage::LmdbStore::open(directory, client::witness_tables::kAll));
    const auto service = bench.service(*store);
    // The log asks as before, learns the size, and gets its cosignature for the very same head.
    CHECK(ask(*service, bench.log.body(0, 9)).body == "9\n");
    CHECK(ask(*service, bench.log.body(9, 9)).status == 200);
    CHECK(ask(*service, bench.fork.body(9, 9)).status == 409);
    CHECK(bench.heard.forks.size() == 1);
}

TEST_CASE("one that is killed before persisting knows nothing of the head") {
    Bench bench;
    const std::filesystem::path directory = bench.folder.path() / "store";
    const int status = in_child([&] {
        auto store = storage::LmdbStore::open(directory, client::witness_tables::kAll);
        if (!store) return 1;
        auto txn = (*store)->begin_write();
        auto decision = bench.witness.add_checkpoint(**txn, bench.log.body(0, 9), kNow);
        ::kill(::getpid(), SIGKILL);
        return decision ? 4 : 5;
    });
    REQUIRE(WIFSIGNALED(status));
    auto store = must(storage::LmdbStore::open(directory, client::witness_tables::kAll));
    const auto service = bench.service(*store);
    CHECK(ask(*service, bench.log.body(9, 9)).body == "0\n");
    CHECK(ask(*service, bench.log.body(0, 9)).status == 200);
}

// Fails if show_fork() is not called at the start.
TEST_CASE("a fork has its file, also when the witness died before it was written") {
    Bench bench;
    storage::MemoryStore store(client::witness_tables::kAll);
    CHECK(ask(bench.witness, store, bench.log.body(0, 9)).answer.status == 200);
    CHECK(ask(bench.witness, store, bench.fork.body(9, 9)).fork);  // committed, and no file yet

    const auto service = bench.service(store);
    REQUIRE(bench.heard.forks.size() == 1);
    const std::filesystem::path file = bench.heard.forks.front();
    CHECK(file.filename().string().ends_with("-9.fork"));
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto evidence = must(crypto::ForkEvidence::parse(text));
    CHECK(evidence.verdict() == crypto::ForkEvidence::Verdict::Proven);

    CHECK(ask(*service, bench.log.body(9, 12)).status == 200);
    CHECK(ask(*service, bench.fork.body(12, 12)).status == 409);
    CHECK(bench.heard.forks.size() == 2);
    CHECK(std::filesystem::exists(bench.heard.forks.back()));
}

TEST_CASE("a file that cannot be written is told, and the answer stays") {
    Bench bench;
    storage::MemoryStore store(client::witness_tables::kAll);
    const auto service = bench.service(store);
    CHECK(ask(*service, bench.log.body(0, 9)).status == 200);
    std::filesystem::remove_all(bench.folder.path() / "forks");
    std::ofstream(bench.folder.path() / "forks") << "a file in the folder's place";
    CHECK(ask(*service, bench.fork.body(9, 9)).status == 409);
    CHECK(bench.heard.troubles.size() == 1);
    CHECK(bench.heard.forks.size() == 1);
}

}  // namespace chapar::testing
