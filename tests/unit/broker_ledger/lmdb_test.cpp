#include <doctest/doctest.h>

#include "tests/unit/broker_ledger/ledger_bench.h"
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

std::unique_ptr<storage::LmdbStore> open_at(const std::filesystem::path& path) {
    return storage::LmdbStore::open(path, broker::kLedgerTables).value();
}

}  // namespace

TEST_CASE("on disk the ledger has the roots it has in memory, and survives its process") {
    LedgerBench in_memory;
    const storage::testing::TemporaryDirectory directory;
    std::optional<broker::LedgerHead> newest;
    for (int start = 0; start < 3; ++start) {
        const auto store = open_at(directory.path() / "store");
        broker::Frontier frontier = broker::open_ledger(*store->begin_read().value()).value();
        CHECK(frontier == in_memory.frontier());
        for (int tick = 0; tick < 4; ++tick) {
            newest = in_memory.tick(time_entries(100)).value();
            auto txn = store->begin_write().value();
            REQUIRE(broker::append_entries(*txn, frontier, time_entries(100), in_memory.context())
                        .has_value());
            CHECK(broker::seal_tick(*txn, frontier).value() == *newest);
            REQUIRE(std::move(*txn).commit().has_value());
        }
    }
    const auto store = open_at(directory.path() / "store");
    const auto txn = store->begin_read().value();
    const auto path = broker::inclusion_path(*txn, broker::open_ledger(*txn).value(),
                                             EntryIndex(123), TreeSize(1100));
    const std::span<const Hash> leaves(in_memory.leaf_hashes());
    CHECK(crypto::check_inclusion(leaves[123], 123, 1100, path.value(),
                                  crypto::tree_root(leaves.first(1100)))
              .has_value());
}
