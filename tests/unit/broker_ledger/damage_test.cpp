#include <doctest/doctest.h>

#include "broker/core/ledger_scrub.h"
#include "tests/unit/broker_ledger/ledger_bench.h"

using namespace chapar;
using namespace chapar::testing;
using broker::number_key;

namespace {

// What a start finds after one bit of a record has turned, at each of these places.
void check_start_refuses(const storage::Table& table, ByteView key,
                         std::initializer_list<std::size_t> offsets, Errc expected) {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(600)).has_value());
    for (const std::size_t offset : offsets) {
        bench.flip(table, key, offset);
        CHECK_MESSAGE(bench.reopened().error().code == expected, "offset ", offset);
        bench.flip(table, key, offset);
        CHECK(bench.reopened().has_value());
    }
}

// The error of a tick in which `spoil` turns a bit between append and seal; Internal if none.
template <typename Spoil>
Errc seal_after(std::size_t entries, Spoil spoil) {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(200)).has_value());
    auto txn = bench.store().begin_write().value();
    broker::Frontier next = bench.frontier();
    REQUIRE(broker::append_entries(*txn, next, time_entries(entries), bench.context()).has_value());
    spoil(*txn);
    const auto sealed = broker::seal_tick(*txn, next);
    return sealed ? Errc::Internal : sealed.error().code;
}
auto flipping(const storage::Table& table, std::array<std::byte, 8> key, std::size_t offset) {
    return [=](storage::Txn& txn) {
        Bytes bytes = to_bytes(txn.get(table, key).value().value());
        bytes.at(offset) ^= std::byte{4};
        REQUIRE(txn.put(table, key, bytes).has_value());
    };
}

}  // namespace

TEST_CASE("a start refuses a flipped bit in any field of an open leaf") {
    check_start_refuses(broker::kLeafTable, number_key(599), {0, 1, 2, 3, 7, 15, 23, 31, 40},
                        Errc::LedgerDamaged);
    check_start_refuses(broker::kLeafTable, number_key(512), {0, 63}, Errc::LedgerDamaged);
}

TEST_CASE("a start refuses a flipped bit in the newest tile, its leaves, and any tile root") {
    check_start_refuses(broker::kTileTable, broker::TileName{0, 1}.key(), {0, 4000, 8159},
                        Errc::LedgerDamaged);
    check_start_refuses(broker::kTileTable, broker::TileName{0, 0}.key(), {8128, 8159},
                        Errc::LedgerDamaged);
    check_start_refuses(broker::kLeafTable, number_key(300), {40}, Errc::LedgerDamaged);
}

TEST_CASE("a start refuses a flipped bit in the head row") {
    // The store's own checksum stands in front of this row.
    check_start_refuses(broker::kHeadTable, number_key(0), {0, 5, 16, 30, 52}, Errc::StoreDamaged);
}

TEST_CASE("a start refuses a head that was written over with another root, size or epoch") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(600)).has_value());
    const broker::LedgerHead right = bench.tick(time_entry()).value();
    std::vector<broker::LedgerHead> wrong(4, right);
    wrong[0].root.bytes[7] ^= std::byte{1};
    wrong[1].size = TreeSize(600);
    wrong[2].size = TreeSize(602);
    wrong[3].epoch = ProcessEpoch(9);
    for (const broker::LedgerHead& head : wrong) {
        auto txn = bench.store().begin_write().value();
        REQUIRE(broker::write_head(*txn, head).has_value());
        CHECK(broker::open_ledger(*txn).error().code == Errc::LedgerDamaged);
    }
}

TEST_CASE("a start refuses entries without a head") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(3)).has_value());
    auto txn = bench.store().begin_write().value();
    REQUIRE(txn->erase(broker::kHeadTable, number_key(0)).has_value());
    CHECK(broker::open_ledger(*txn).error().code == Errc::LedgerDamaged);
}

TEST_CASE("the tick's self-check finds each spoiled leaf and tile before there is a head") {
    CHECK(seal_after(100, [](storage::Txn&) {}) == Errc::Internal);
    for (const std::uint64_t index : {200U, 255U, 256U, 299U}) {
        CHECK(seal_after(100, flipping(broker::kLeafTable, number_key(index), 40)) ==
              Errc::LedgerDamaged);
    }
    for (const std::size_t offset : {0U, 4095U, 8159U}) {
        CHECK(seal_after(100, flipping(broker::kTileTable, broker::TileName{0, 0}.key(), offset)) ==
              Errc::LedgerDamaged);
    }
}

TEST_CASE("the tick's self-check finds an older leaf spoiled in a tile that closes now") {
    CHECK(seal_after(100, flipping(broker::kLeafTable, number_key(17), 40)) == Errc::LedgerDamaged);
}

TEST_CASE("a tick on a head that is not the frontier's is refused") {
    CHECK(seal_after(10, [](storage::Txn& txn) {
              auto head = broker::read_head(txn).value().value();
              head.root.bytes[0] ^= std::byte{1};
              REQUIRE(broker::write_head(txn, head).has_value());
          }) == Errc::LedgerDamaged);
    CHECK(seal_after(10, [](storage::Txn& txn) {
              REQUIRE(txn.erase(broker::kHeadTable, number_key(0)).has_value());
          }) == Errc::LedgerDamaged);
}

TEST_CASE("the scrub finds a flipped bit anywhere in an old tile or in its leaves") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(600)).has_value());
    const broker::TileName old{0, 0};
    const auto scrub = [&] {
        return broker::check_tile(*bench.store().begin_read().value(), old).has_value();
    };
    CHECK(scrub());
    for (const std::size_t offset : {0U, 31U, 32U, 5000U, 8159U}) {
        bench.flip(broker::kTileTable, old.key(), offset);
        CHECK(!scrub());
        bench.flip(broker::kTileTable, old.key(), offset);
    }
    bench.flip(broker::kLeafTable, number_key(100), 50);
    CHECK(!scrub());
}

TEST_CASE("a proof that needs a record which is gone says so") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(600)).has_value());
    auto txn = bench.store().begin_write().value();
    REQUIRE(txn->erase(broker::kTileTable, broker::TileName{0, 0}.key()).has_value());
    CHECK(
        broker::inclusion_path(*txn, bench.frontier(), EntryIndex(3), TreeSize(600)).error().code ==
        Errc::LedgerDamaged);
}

TEST_CASE("a record that is gone altogether is damage, to the tick and to a reader") {
    CHECK(seal_after(10, [](storage::Txn& txn) {
              REQUIRE(txn.erase(broker::kLeafTable, number_key(203)).has_value());
          }) == Errc::LedgerDamaged);
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(3)).has_value());
    auto txn = bench.store().begin_write().value();
    REQUIRE(txn->erase(broker::kBodyTable, number_key(1)).has_value());
    CHECK(broker::open_entry(*txn, bench.keys(), EntryIndex(1)).error().code ==
          Errc::LedgerDamaged);
    CHECK(broker::open_entry(*txn, bench.keys(), EntryIndex(3)).error().code == Errc::NotFound);
}
