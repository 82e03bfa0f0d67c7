// What is remembered of the newest entries, against what the store holds of them.
#include "broker/core/recent_entries.h"

#include <doctest/doctest.h>

#include "tests/unit/broker_ledger/ledger_bench.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

const AgencyId kTajik = agency("TJ-DCA");
const AgencyId kUzbek = agency("UZ-NCC");

broker::MadeEntry entry(std::uint64_t index, std::size_t bytes) {
    return {EntryIndex(index), Bytes(8), {Bytes(bytes), {}}};
}

}  // namespace

TEST_CASE("an entry is remembered as the store gives it back, sealed or clear") {
    LedgerBench bench;
    REQUIRE(bench.open_keys_for({kTajik, kUzbek}).has_value());
    const std::vector drafts{message_entry(kTajik, kUzbek), time_entry(),
                             message_entry(kTajik, kUzbek)};
    auto txn = bench.store().begin_write().value();
    broker::Frontier next = bench.frontier();
    auto appended = broker::append_entries(*txn, next, drafts, bench.context()).value();
    broker::RecentEntries recent;
    recent.keep(std::move(appended.made));
    for (std::uint32_t i = 0; i < 3; ++i) {
        const EntryIndex index = appended.at(i);
        const broker::MadeEntry* made = recent.find(index);
        REQUIRE(made != nullptr);
        CHECK(made->leaf == to_bytes(broker::leaf_bytes(*txn, index).value()));
        CHECK(made->opened == broker::open_entry(*txn, bench.keys(), index).value());
    }
}

TEST_CASE("the oldest entries are forgotten first, all of them at a gap or when asked") {
    broker::RecentEntries recent;
    const std::size_t third = broker::RecentEntries::kBytesMax / 3;
    recent.keep({entry(7, third), entry(8, third)});
    CHECK(recent.find(EntryIndex(6)) == nullptr);
    CHECK(recent.find(EntryIndex(7))->index == EntryIndex(7));
    CHECK(recent.find(EntryIndex(9)) == nullptr);
    recent.keep({entry(9, third)});
    CHECK(recent.find(EntryIndex(7)) == nullptr);
    CHECK(recent.find(EntryIndex(8))->index == EntryIndex(8));
    CHECK(recent.find(EntryIndex(9))->index == EntryIndex(9));
    recent.keep({entry(11, 1)});
    CHECK(recent.find(EntryIndex(9)) == nullptr);
    CHECK(recent.find(EntryIndex(11))->index == EntryIndex(11));
    recent.clear();
    CHECK(recent.find(EntryIndex(11)) == nullptr);
}
