// ledger-sample ENTRIES: a ledger as the broker's core grows it, its heads and proofs as JSON, for
// verifiers that nobody here wrote.
#include <cstdlib>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/checkpoint.h"
#include "crypto/self_test.h"
#include "tests/unit/broker_ledger/ledger_bench.h"

namespace chapar {
namespace {

namespace json = boost::json;
using testing::LedgerBench;

constexpr std::uint64_t kBatch = 97;  // ticks end anywhere

json::array base64_list(const std::vector<Hash>& path) {
    json::array out;
    for (const Hash& node : path) out.push_back(json::string(crypto::to_base64(node.view())));
    return out;
}

void grow(LedgerBench& bench, std::uint64_t entries) {
    for (std::uint64_t size = 0; size < entries; size = bench.frontier().size().value) {
        const auto drafts = testing::time_entries(std::min(kBatch, entries - size));
        CHAPAR_ASSERT(bench.tick(drafts).has_value());
    }
}

// Around every edge of a tile, and the ends.
std::vector<std::uint64_t> sizes_of(std::uint64_t entries) {
    std::vector<std::uint64_t> out;
    for (const std::uint64_t size :
         {1, 2, 3, 7, 255, 256, 257, 511, 512, 513, 1000, 65'535, 65'536, 65'537, 65'792, 65'793}) {
        if (size < entries) out.push_back(size);
    }
    out.push_back(entries);
    return out;
}

json::array notes_of(const storage::ReadTxn& txn, const LedgerBench& bench,
                     const crypto::NoteSigner& log, const std::vector<std::uint64_t>& sizes) {
    json::array out;
    for (const std::uint64_t size : sizes) {
        const Hash root = broker::root_at(txn, bench.frontier(), TreeSize(size)).value();
        const crypto::Checkpoint head{log.verifier().name(), TreeSize(size), root};
        out.push_back({{"size", size}, {"note", crypto::sign_checkpoint(head, log)}});
    }
    return out;
}

json::array inclusions_of(const storage::ReadTxn& txn, const LedgerBench& bench,
                          const std::vector<std::uint64_t>& sizes) {
    json::array out;
    for (const std::uint64_t size : sizes) {
        const std::uint64_t step = std::max<std::uint64_t>(1, size / 60);
        for (std::uint64_t index = 0; index < size; index += step) {
            const auto path =
                broker::inclusion_path(txn, bench.frontier(), EntryIndex(index), TreeSize(size));
            out.push_back({{"size", size}, {"index", index}, {"path", base64_list(path.value())}});
        }
    }
    return out;
}

json::array consistencies_of(const storage::ReadTxn& txn, const LedgerBench& bench,
                             const std::vector<std::uint64_t>& sizes) {
    json::array out;
    for (const std::uint64_t old_size : sizes) {
        for (const std::uint64_t new_size : sizes) {
            if (new_size < old_size) continue;
            const auto path = broker::consistency_path(txn, bench.frontier(), TreeSize(old_size),
                                                       TreeSize(new_size));
            out.push_back(
                {{"old", old_size}, {"new", new_size}, {"path", base64_list(path.value())}});
        }
    }
    return out;
}

json::object sample(std::uint64_t entries) {
    LedgerBench bench;
    grow(bench, entries);
    testing::FakeRandom random(11);
    auto log =
        crypto::NoteSigner::create("chapar.test/ledger/1",
                                   crypto::SigningKey::from_seed(crypto::Secret32::random(random)))
            .value();
    const auto txn = bench.store().begin_read().value();
    json::array leaves;
    for (std::uint64_t at = 0; at < entries; ++at) {
        const ByteView leaf = broker::leaf_bytes(*txn, EntryIndex(at)).value();
        leaves.push_back(json::string(crypto::to_base64(leaf)));
    }
    const std::vector<std::uint64_t> sizes = sizes_of(entries);
    return {{"vkey", log.verifier().vkey()},
            {"leaves", std::move(leaves)},
            {"notes", notes_of(*txn, bench, log, sizes)},
            {"inclusions", inclusions_of(*txn, bench, sizes)},
            {"consistencies", consistencies_of(*txn, bench, sizes)}};
}

}  // namespace
}  // namespace chapar

int main(int argc, char** argv) {
    if (argc != 2 || !chapar::crypto::start()) return 2;
    const std::uint64_t entries = std::strtoull(argv[1], nullptr, 10);
    if (entries == 0 || entries > 1'000'000) return 2;
    std::cout << boost::json::serialize(chapar::sample(entries)) << '\n';
    return 0;
}
