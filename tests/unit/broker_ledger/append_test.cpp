#include "broker/core/ledger_append.h"

#include <doctest/doctest.h>

#include "tests/unit/broker_ledger/ledger_bench.h"

using namespace chapar;
using namespace chapar::testing;
using crypto::LeafKind;

TEST_CASE("roots do not depend on where ticks end") {
    const auto drafts = time_entries(1000);
    LedgerBench at_once;
    REQUIRE(at_once.tick(drafts).has_value());
    for (const std::size_t batch : {1U, 7U, 255U, 256U, 257U}) {
        LedgerBench in_batches;
        for (std::size_t at = 0; at < drafts.size(); at += batch) {
            const std::size_t count = std::min(batch, drafts.size() - at);
            REQUIRE(in_batches.tick(std::span(drafts).subspan(at, count)).has_value());
        }
        CHECK(in_batches.frontier() == at_once.frontier());
        CHECK(in_batches.leaf_hashes() == at_once.leaf_hashes());
    }
}

TEST_CASE("last_dir names the newest entry before it that is neither MSG nor LADDER") {
    LedgerBench bench;
    const auto tj = agency("TJ-DCA");
    const auto uz = agency("UZ-NCC");
    REQUIRE(bench.tick(time_entry()).has_value());           // 0
    REQUIRE(bench.open_keys_for({tj, uz}).has_value());      // 1, 2, 3
    REQUIRE(bench.tick(ladder_entry()).has_value());         // 4
    REQUIRE(bench.tick(message_entry(tj, uz)).has_value());  // 5
    const std::vector<broker::EntryDraft> one_tick{time_entry(), ladder_entry(),
                                                   message_entry(tj, uz), time_entry()};
    REQUIRE(bench.tick(one_tick).has_value());  // 6, 7, 8, 9
    const std::vector<std::uint64_t> expected{0, 0, 1, 2, 3, 3, 3, 6, 6, 6};
    const auto txn = bench.store().begin_read().value();
    for (std::size_t at = 0; at < expected.size(); ++at) {
        const auto leaf = broker::read_leaf(*txn, EntryIndex(at)).value();
        CHECK_MESSAGE(leaf.last_dir == EntryIndex(expected[at]), "entry ", at);
    }
    CHECK(broker::open_ledger(*txn).value().tip().last_directory == EntryIndex(9));
}

TEST_CASE("the head row survives a restart and says size, root and epoch") {
    LedgerBench bench;
    broker::EntryDraft draft = time_entry();
    draft.epoch = ProcessEpoch(3);
    const auto head = bench.tick(draft).value();
    CHECK(head == broker::LedgerHead{TreeSize(1), bench.leaf_hashes()[0], ProcessEpoch(3)});
    const auto restarted = storage::MemoryStore::reopen(bench.store()).value();
    CHECK(broker::read_head(*restarted->begin_read().value()).value() == head);
}

TEST_CASE("an aborted transaction leaves frontier, head and entries as they were") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(255)).has_value());
    const broker::Frontier before = bench.frontier();
    {
        auto txn = bench.store().begin_write().value();
        broker::Frontier copy = bench.frontier();
        REQUIRE(broker::append_entries(*txn, copy, time_entries(5), bench.context()).has_value());
        REQUIRE(broker::seal_tick(*txn, copy).has_value());
        CHECK(copy.size() == TreeSize(260));
    }
    CHECK(bench.frontier() == before);
    CHECK(bench.reopened().value() == before);
    CHECK(bench.tick(time_entries(5)).value().size == TreeSize(260));
}

TEST_CASE("appended entries are numbered from the frontier on") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(10)).has_value());
    auto txn = bench.store().begin_write().value();
    broker::Frontier copy = bench.frontier();
    CHECK(copy.next_index() == EntryIndex(10));
    const auto appended = broker::append_entries(*txn, copy, time_entries(3), bench.context());
    CHECK(appended->first == EntryIndex(10));
    CHECK(appended->count == 3);
    CHECK(appended->at(2) == EntryIndex(12));
    CHECK(copy.next_index() == EntryIndex(13));
}

TEST_CASE("an entry before its predecessor in time or epoch is refused") {
    LedgerBench bench;
    broker::EntryDraft newest = time_entry(10);
    newest.epoch = ProcessEpoch(2);
    REQUIRE(bench.tick(newest).has_value());
    broker::EntryDraft earlier = newest;
    earlier.body.time = kMidNovember2026 + kSecond * 9;
    CHECK(bench.tick(earlier).error().code == Errc::LeafInvalid);
    broker::EntryDraft older_epoch = newest;
    older_epoch.epoch = ProcessEpoch(1);
    CHECK(bench.tick(older_epoch).error().code == Errc::LeafInvalid);
    CHECK(bench.tick(newest).has_value());
}

TEST_CASE("a tick without entries changes nothing") {
    LedgerBench bench;
    const auto head = bench.tick(time_entries(3)).value();
    CHECK(bench.tick(std::span<const broker::EntryDraft>()).value() == head);
    CHECK(bench.reopened().value() == bench.frontier());
}

TEST_CASE("a full store refuses the tick and keeps the ledger") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(300)).has_value());
    storage::MemoryStoreOptions small;
    small.capacity_bytes = bench.store().usage().value().used_bytes + 2000;
    const auto store = storage::MemoryStore::reopen(bench.store(), small).value();
    {
        auto txn = store->begin_write().value();
        broker::Frontier copy = bench.frontier();
        const auto appended =
            broker::append_entries(*txn, copy, time_entries(100), bench.context());
        CHECK(appended.error().code == Errc::StoreFull);
    }
    CHECK(broker::open_ledger(*store->begin_read().value()).value() == bench.frontier());
}
