#include "broker/core/ledger_proof.h"

#include <doctest/doctest.h>

#include "tests/unit/broker_ledger/ledger_bench.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

// Counts how many records a proof reads.
class CountingTxn final : public storage::ReadTxn {
  public:
    explicit CountingTxn(const storage::ReadTxn& inner) : inner_(inner) {}
    Result<std::optional<ByteView>> get(const storage::Table& table, ByteView key) const override {
        ++reads_;
        return inner_.get(table, key);
    }
    std::unique_ptr<storage::Cursor> cursor(const storage::Table& table) const override {
        return inner_.cursor(table);
    }
    [[nodiscard]] std::size_t take_reads() const { return std::exchange(reads_, 0); }

  private:
    const storage::ReadTxn& inner_;
    mutable std::size_t reads_ = 0;
};

struct GrownLedger {
    LedgerBench bench;
    std::vector<Hash> roots{crypto::tree_root({})};  // by size, as the ledger had them
};

GrownLedger grow(std::size_t count, std::size_t batch) {
    GrownLedger grown;
    const auto drafts = time_entries(batch);
    while (grown.bench.frontier().size().value < count) {
        REQUIRE(grown.bench.tick(drafts).has_value());
    }
    broker::Frontier frontier;
    for (const Hash& leaf : grown.bench.leaf_hashes()) {
        (void)frontier.push(leaf, {});
        grown.roots.push_back(frontier.root());
    }
    return grown;
}

}  // namespace

TEST_CASE("3,000 random proofs from a reopened ledger verify, and read few records") {
    GrownLedger grown = grow(66'500, 500);
    const broker::Frontier frontier = grown.bench.reopened().value();
    const auto real = grown.bench.store().begin_read().value();
    const CountingTxn txn(*real);
    FakeRandom random(7);
    const auto& leaves = grown.bench.leaf_hashes();
    std::size_t most_reads = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::uint64_t size = 1 + crypto::random_below(random, 66'500);
        const std::uint64_t index = crypto::random_below(random, static_cast<std::uint32_t>(size));
        const auto path = broker::inclusion_path(txn, frontier, EntryIndex(index), TreeSize(size));
        most_reads = std::max(most_reads, txn.take_reads());
        REQUIRE(path.has_value());
        REQUIRE(crypto::check_inclusion(leaves[index], index, size, *path, grown.roots[size])
                    .has_value());

        const std::uint64_t old =
            crypto::random_below(random, static_cast<std::uint32_t>(size)) + 1;
        const auto consistency =
            broker::consistency_path(txn, frontier, TreeSize(old), TreeSize(size));
        most_reads = std::max(most_reads, txn.take_reads());
        REQUIRE(consistency.has_value());
        REQUIRE(
            crypto::check_consistency(old, grown.roots[old], size, grown.roots[size], *consistency)
                .has_value());
        REQUIRE(broker::root_at(txn, frontier, TreeSize(size)).value() == grown.roots[size]);
        (void)txn.take_reads();
    }
    MESSAGE("most records read for one proof: " << most_reads);
    // On each side, the entry's and the ragged edge's, at most two tiles a level (its own, and a
    // sibling that is itself a whole tile) and two leaves. The second level has one tile here.
    CHECK(most_reads <= 2 * 2 + 1 + 2 * 2);
}

TEST_CASE("every proof of every size up to 300 is the one of the tree in memory") {
    GrownLedger grown = grow(300, 100);
    const auto txn = grown.bench.store().begin_read().value();
    const std::span<const Hash> leaves(grown.bench.leaf_hashes());
    for (std::size_t size = 1; size <= 300; ++size) {
        const crypto::Tree tree({leaves.begin(), leaves.begin() + static_cast<long>(size)});
        for (std::size_t at = 0; at < size; ++at) {
            REQUIRE(
                broker::inclusion_path(*txn, grown.bench.frontier(), EntryIndex(at), TreeSize(size))
                    .value() == tree.inclusion_path(at));
        }
        for (std::size_t old = 0; old <= size; old += 7) {
            REQUIRE(broker::consistency_path(*txn, grown.bench.frontier(), TreeSize(old),
                                             TreeSize(size))
                        .value() == crypto::consistency_path(leaves.first(size), old));
        }
    }
}

TEST_CASE("sizes and indices that the ledger does not have are refused by name") {
    GrownLedger grown = grow(300, 300);
    const auto txn = grown.bench.store().begin_read().value();
    const broker::Frontier& frontier = grown.bench.frontier();
    const auto code = [](const auto& result) { return result.error().code; };
    CHECK(code(broker::root_at(*txn, frontier, TreeSize(301))) == Errc::HeadUnknown);
    CHECK(code(broker::inclusion_path(*txn, frontier, EntryIndex(300), TreeSize(300))) ==
          Errc::NotFound);
    CHECK(code(broker::inclusion_path(*txn, frontier, EntryIndex(0), TreeSize(301))) ==
          Errc::HeadUnknown);
    CHECK(code(broker::consistency_path(*txn, frontier, TreeSize(11), TreeSize(10))) ==
          Errc::NotFound);
    CHECK(code(broker::consistency_path(*txn, frontier, TreeSize(10), TreeSize(~0ULL))) ==
          Errc::HeadUnknown);
    CHECK(broker::root_at(*txn, frontier, TreeSize(0)).value() == crypto::tree_root({}));
}

TEST_CASE("the open transaction proves entries of its own tick") {
    LedgerBench bench;
    REQUIRE(bench.tick(time_entries(250)).has_value());
    auto txn = bench.store().begin_write().value();
    broker::Frontier next = bench.frontier();
    REQUIRE(broker::append_entries(*txn, next, time_entries(20), bench.context()).has_value());
    const auto path = broker::inclusion_path(*txn, next, EntryIndex(260), TreeSize(270));
    const Hash leaf = crypto::leaf_hash(broker::leaf_bytes(*txn, EntryIndex(260)).value());
    CHECK(crypto::check_inclusion(leaf, 260, 270, path.value(), next.root()).has_value());
}
