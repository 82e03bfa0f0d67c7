// What waits for a peer that fetches, and in which order it goes.
#include "broker/edge/download.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <vector>

#include "broker/edge/disk_job.h"
#include "broker/edge/disk_worker.h"

using namespace chapar;
using namespace chapar::broker;

namespace {

constexpr std::size_t kAnswer = 200'000;

schemas::Fetch fetch(std::uint64_t first) { return {{}, 1, first, 3}; }

}  // namespace

TEST_CASE("a session has no more questions open than it may") {
    Download download;
    for (std::size_t i = 0; i < limits::kFetchesOpen; ++i) CHECK(download.ask(fetch(i)));
    CHECK_FALSE(download.ask(fetch(9)));
    CHECK(download.open() == limits::kFetchesOpen);
}

// Fails if next_ask() does not look at the answers that wait.
TEST_CASE("no more than two answers of a session are in memory, however much it asks") {
    ByteBudget budget(10 * kAnswer);
    Download download;
    for (std::uint64_t i = 0; i < limits::kFetchesOpen; ++i) REQUIRE(download.ask(fetch(i)));
    std::size_t read = 0;
    while (const schemas::Fetch* ask = download.next_ask()) {
        CHECK(ask->first == read);
        download.begin_reading(*budget.take(kAnswer));
        CHECK(download.next_ask() == nullptr);  // one read at a time
        download.answered(Bytes(kAnswer));
        ++read;
    }
    CHECK(read == 2);
    CHECK(budget.used() == 2 * kAnswer);
    REQUIRE(download.to_send(Waiting::Nothing) != nullptr);
    download.sent();
    CHECK(budget.used() == kAnswer);
    CHECK(download.next_ask()->first == 2);
}

// Fails if to_send() does not look at what else waits: a FLASH would stand behind the chunks.
TEST_CASE("a chunk goes out only when nothing else waits for that peer") {
    ByteBudget budget(10 * kAnswer);
    Download download;
    REQUIRE(download.ask(fetch(0)));
    REQUIRE(download.ask(fetch(3)));
    download.begin_reading(*budget.take(kAnswer));
    download.answered(Bytes(1));
    CHECK(download.to_send(Waiting::SomethingElse) == nullptr);
    CHECK(download.to_send(Waiting::Nothing)->size() == 1);
    download.sent();
    download.begin_reading(*budget.take(kAnswer));
    download.answered(Bytes(2));
    CHECK(download.to_send(Waiting::SomethingElse) == nullptr);
    CHECK(download.to_send(Waiting::Nothing)->size() == 2);
}

TEST_CASE("a refusal keeps its place among the answers") {
    ByteBudget budget(kAnswer);
    Download download;
    REQUIRE(download.ask(fetch(0)));
    REQUIRE(download.ask(fetch(1)));
    download.begin_reading(*budget.take(kAnswer));
    CHECK(download.next_ask() == nullptr);
    download.answered(Bytes(1));
    download.answer_at_once(Bytes(2));
    CHECK(download.to_send(Waiting::Nothing)->size() == 1);
    download.sent();
    CHECK(download.to_send(Waiting::Nothing)->size() == 2);
    download.sent();
    CHECK(download.idle());
    CHECK(budget.used() == 0);
}

TEST_CASE("a budget gives no more than it has, and shares that end give back") {
    ByteBudget budget(100);
    auto first = budget.take(60);
    REQUIRE(first);
    CHECK_FALSE(budget.take(41));
    {
        const auto second = budget.take(40);
        CHECK(second);
        CHECK_FALSE(budget.take(1));
    }
    ByteBudget::Share moved = std::move(*first);
    first.reset();
    CHECK(budget.used() == 60);
    auto again = budget.take(30);
    moved = std::move(*again);
    again.reset();
    CHECK(budget.used() == 30);
}

TEST_CASE("what the disk worker yields comes in the order of its jobs") {
    std::vector<int> said;
    std::promise<void> done;
    {
        DiskWorker worker([&](const DiskWorker::Action& action) { CHECK(action()); });
        for (int i = 0; i < 100; ++i) {
            worker.submit([&said, &done, i] {
                return [&said, &done, i]() -> Status {
                    said.push_back(i);
                    if (i == 99) done.set_value();
                    return Done{};
                };
            });
        }
        done.get_future().wait();
    }
    REQUIRE(said.size() == 100);
    CHECK(std::ranges::is_sorted(said));
}

// Fails if answer_of() does not catch: the process ends with its worker's thread.
TEST_CASE("a disk job that throws is answered by its failure, and the next one runs") {
    std::vector<Errc> said;
    std::promise<void> done;
    {
        DiskWorker worker([&](const DiskWorker::Action& action) { CHECK(action()); });
        for (const bool throws : {true, false}) {
            worker.submit([&said, &done, throws] {
                const auto job = [throws] {
                    if (throws) throw std::out_of_range("chunk");
                    return Errc::StreamMissing;
                };
                return [&said, &done, throws,
                        code = answer_of(job, [] { return Errc::FileFailed; })]() -> Status {
                    said.push_back(code);
                    if (!throws) done.set_value();
                    return Done{};
                };
            });
        }
        done.get_future().wait();
    }
    CHECK(said == std::vector<Errc>{Errc::FileFailed, Errc::StreamMissing});
}
