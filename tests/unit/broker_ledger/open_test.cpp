#include "broker/core/ledger_open.h"

#include <doctest/doctest.h>

#include "tests/unit/broker_ledger/ledger_bench.h"

using namespace chapar;
using namespace chapar::testing;

TEST_CASE("reopening at every size up to 600 gives the frontier that was there") {
    LedgerBench bench;
    CHECK(bench.reopened().value() == broker::Frontier());
    for (int size = 1; size <= 600; ++size) {
        const auto draft = size % 3 == 0 ? ladder_entry() : time_entry();
        REQUIRE(bench.tick(draft).has_value());
        REQUIRE(bench.reopened().value() == bench.frontier());
    }
}

TEST_CASE("reopening around 65,536 gives the frontier that was there") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(65'534)).has_value());
    for (int round = 0; round < 4; ++round) {
        REQUIRE(bench.tick(time_entry()).has_value());
        REQUIRE(bench.reopened().value() == bench.frontier());
    }
    CHECK(bench.frontier().size() == TreeSize(65'538));
}

TEST_CASE("a reopened ledger goes on as if it had never stopped") {
    LedgerBench without_stop;
    LedgerBench stopped;
    REQUIRE(without_stop.tick(time_entries(777)).has_value());
    REQUIRE(stopped.tick(time_entries(300)).has_value());
    auto txn = stopped.store().begin_write().value();
    broker::Frontier frontier = broker::open_ledger(*txn).value();
    REQUIRE(
        broker::append_entries(*txn, frontier, time_entries(477), stopped.context()).has_value());
    CHECK(broker::seal_tick(*txn, frontier).value().root == without_stop.frontier().root());
    CHECK(frontier == without_stop.frontier());
}
