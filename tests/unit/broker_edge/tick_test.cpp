// One tick after the other on a store that may refuse one.
#include "broker/edge/tick.h"

#include <doctest/doctest.h>

#include "broker/core/ledger_read.h"
#include "broker/core/tables.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/store_gate.h"
#include "storage/memory_store.h"
#include "tests/support/fake_random.h"
#include "tests/unit/broker_edge/centre.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

// Fails if what was made is kept before the commit, or the frontier taken over.
TEST_CASE(
    "a tick that the store refused leaves nothing in memory: the next one's entries stand there") {
    const TimeMs now{1795200000000};
    const Centre centre(now);
    storage::MemoryStoreOptions small;
    small.capacity_bytes = 1024 * 1024;
    small.reserve_bytes = small.capacity_bytes;  // no room for new work, all of it for the rest
    storage::MemoryStore store(store_tables(), small);
    FakeRandom random(3);
    const NodeKeys node = NodeKeys::read(centre.directory()).value();
    LedgerKeyFile keys = LedgerKeyFile::open(centre.directory() / "ledger.keys",
                                             centre.directory() / "kek" / "ledger.kek", random)
                             .value();
    Tick tick = Tick::open({store, keys, node.log, random, Capacity{10}}).value();
    std::vector<Operation> directory{{Stamp{now}, Found{node.manifest_record}},
                                     {Stamp{now}, OpenEpoch{Hash{}, "first"}}};
    std::vector<Operation> bundles;
    for (const Bytes& record : centre.records()) {
        const Operation put{Stamp{now}, PutRecord{record}};
        (is_new_work(put.body) ? bundles : directory).push_back(put);
    }
    REQUIRE(tick.run(directory));
    const EntryIndex next = tick.frontier().next_index();
    REQUIRE(tick.recent().find(EntryIndex(next.value - 1)) != nullptr);

    // Refused at the commit, when its entries have been made.
    REQUIRE(tick.run(bundles).error().code == Errc::StoreFull);
    CHECK(tick.frontier().next_index() == next);
    CHECK(tick.recent().find(next) == nullptr);

    REQUIRE(tick.run(std::vector<Operation>{{Stamp{now}, OpenEpoch{Hash{}, "second"}}}));
    const auto txn = store.begin_read().value();
    const MadeEntry* made = tick.recent().find(next);
    REQUIRE(made != nullptr);
    CHECK(made->leaf == to_bytes(leaf_bytes(*txn, next).value()));
    CHECK(made->opened == open_entry(*txn, tick.keys(), next).value());
    CHECK(tick.recent().find(EntryIndex(next.value + 1)) == nullptr);
}
