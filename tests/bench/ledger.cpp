// bench-ledger [ENTRIES]: what the ledger costs on this machine, on disk and with every commit
// synced.
//
// Each figure stands beside a floor measured in the same run, so that machines can be compared by
// the ratio. Source of the aims: broker/README.md, "Figures".
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "broker/core/ledger_append.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "crypto/body_seal.h"
#include "crypto/self_test.h"
#include "crypto/sha256.h"
#include "crypto/statement.h"
#include "crypto/tree.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/unit/broker_ledger/ledger_bench.h"

namespace chapar {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kTick = 1024;
constexpr std::size_t kProofs = 20'000;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

template <typename T>
T must(Result<T> result) {
    if (result) return std::move(*result);
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(text_of(result.error().code).code.size()),
                 text_of(result.error().code).code.data(), result.error().context.c_str());
    std::exit(1);
}

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("chapar-bench-" + std::to_string(Clock::now().time_since_epoch().count()));
    Folder() { std::filesystem::create_directories(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
};

// A DELIVERED entry, as most entries of a ledger are.
broker::EntryDraft delivered(const AgencyId& sender, const AgencyId& recipient,
                             std::uint64_t seconds) {
    broker::EntryDraft draft = testing::draft_of(crypto::LeafKind::Message, seconds);
    draft.body.event = crypto::event_number(crypto::MessageEvent::Delivered);
    draft.body.sender_agency = sender;
    draft.body.recipient_agency = recipient;
    draft.body.item = Bytes(176);
    draft.body.accepted = EntryIndex(0);
    draft.body.statement = Bytes(crypto::DeliveryStatement::kBytes);
    draft.body.envelope_hash = EnvelopeHash{};
    draft.readers = broker::EntryReaders{sender, recipient};
    return draft;
}

class Ledger {
  public:
    explicit Ledger(const std::filesystem::path& folder)
        : folder_(folder),
          store_(must(storage::LmdbStore::open(folder, broker::kLedgerTables,
                                               {.map_size = std::size_t{16} << 30}))) {
        const broker::EntryKeys keys =
            broker::keys_of({sender_, recipient_}, testing::kMidNovember2026);
        for (const auto* scope : {&keys.bucket, &keys.first_tag, &keys.second_tag}) {
            keys_.add(*scope, crypto::Secret32::random(random_));
            const broker::EntryDraft draft = testing::key_entry_draft(*scope);
            tick(std::span(&draft, 1));
        }
    }

    void tick(std::span<const broker::EntryDraft> drafts) {
        auto txn = must(store_->begin_write());
        broker::Frontier next = frontier_;
        const broker::LedgerContext context{crypto::origin_hash("chapar.bench/ledger/1"), keys_,
                                            random_};
        (void)must(broker::append_entries(*txn, next, drafts, context));
        (void)must(broker::seal_tick(*txn, next));
        must(std::move(*txn).commit());
        frontier_ = std::move(next);
    }
    // Entries a second.
    double grow(std::uint64_t entries) {
        const auto start = Clock::now();
        for (std::uint64_t done = 0; done < entries; done += kTick) {
            const std::vector<broker::EntryDraft> drafts(
                std::min<std::uint64_t>(kTick, entries - done),
                delivered(sender_, recipient_, done / 1000));
            tick(drafts);
        }
        return static_cast<double>(entries) / seconds_since(start);
    }
    [[nodiscard]] double bytes_per_entry() const {
        return static_cast<double>(std::filesystem::file_size(folder_ / "data.mdb")) /
               static_cast<double>(size());
    }
    [[nodiscard]] std::uint64_t size() const { return frontier_.size().value; }
    // Milliseconds from a closed store to a frontier whose root is the stored head's.
    double reopen() {
        store_.reset();
        const auto start = Clock::now();
        store_ = must(storage::LmdbStore::open(folder_, broker::kLedgerTables,
                                               {.map_size = std::size_t{16} << 30}));
        const auto txn = must(store_->begin_read());
        frontier_ = must(broker::open_ledger(*txn));
        return seconds_since(start) * 1e3;
    }
    // Microseconds of each of kProofs proofs of random entries, ascending; each is checked after.
    std::vector<double> prove() {
        std::vector<double> out;
        const auto txn = must(store_->begin_read());
        const Hash root = frontier_.root();
        for (std::size_t i = 0; i < kProofs; ++i) {
            const EntryIndex index(
                crypto::random_below(random_, static_cast<std::uint32_t>(size())));
            const auto start = Clock::now();
            const auto path =
                must(broker::inclusion_path(*txn, frontier_, index, frontier_.size()));
            out.push_back(seconds_since(start) * 1e6);
            const Hash leaf = crypto::leaf_hash(must(broker::leaf_bytes(*txn, index)));
            must(crypto::check_inclusion(leaf, index.value, size(), path, root));
        }
        std::ranges::sort(out);
        return out;
    }

  private:
    std::filesystem::path folder_;
    std::unique_ptr<storage::LmdbStore> store_;
    broker::Frontier frontier_;
    crypto::LedgerKeys keys_;
    testing::FakeRandom random_{1};
    AgencyId sender_ = testing::agency("TJ-DCA");
    AgencyId recipient_ = testing::agency("AF-CNP");
};

// The floor of the append: the same rows in the same ticks, without a tree, a seal or a check.
double plain_rows(std::uint64_t entries) {
    const Folder folder;
    const auto store = must(storage::LmdbStore::open(folder.path, broker::kLedgerTables,
                                                     {.map_size = std::size_t{16} << 30}));
    const Bytes leaf(96);
    const Bytes body(340);
    const auto start = Clock::now();
    for (std::uint64_t done = 0; done < entries;) {
        auto txn = must(store->begin_write());
        for (std::size_t i = 0; i < kTick && done < entries; ++i, ++done) {
            must(txn->append(broker::kLeafTable, broker::number_key(done), leaf));
            must(txn->append(broker::kBodyTable, broker::number_key(done), body));
        }
        must(std::move(*txn).commit());
    }
    return static_cast<double>(entries) / seconds_since(start);
}

// Microseconds of one hash of a tree node.
double node_hash() {
    constexpr int kRounds = 200'000;
    Hash hash;
    const auto start = Clock::now();
    for (int i = 0; i < kRounds; ++i) hash = crypto::node_hash(hash, hash);
    return seconds_since(start) * 1e6 / kRounds;
}

void measure(std::uint64_t entries) {
    const Folder folder;
    const double floor = plain_rows(std::min<std::uint64_t>(entries, 300'000));
    const double hash = node_hash();
    Ledger ledger(folder.path);
    const double appended = ledger.grow(entries);
    std::printf(
        "append      %9.0f entries/s, %zu a commit, each synced   (%.2f of plain rows: %.0f/s)\n",
        appended, kTick, appended / floor, floor);
    const std::size_t body =
        must(delivered(testing::agency("TJ-DCA"), testing::agency("AF-CNP"), 0).body.encode())
            .size();
    std::printf("size        %9.1f bytes an entry, body of %zu and all tables\n",
                ledger.bytes_per_entry(), body);
    std::printf("start       %9.2f ms at %llu entries, frontier rebuilt, head compared\n",
                ledger.reopen(), static_cast<unsigned long long>(ledger.size()));
    const std::vector<double> proofs = ledger.prove();
    std::printf(
        "proof       %9.2f us p50, %.2f us p99, %zu random entries   (%.1f node hashes of %.2f "
        "us)\n",
        proofs[proofs.size() / 2], proofs[proofs.size() * 99 / 100], proofs.size(),
        proofs[proofs.size() / 2] / hash, hash);
}

}  // namespace
}  // namespace chapar

int main(int argc, char** argv) {
    const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    if (!chapar::crypto::start() || entries < 1000) return 2;
    chapar::measure(entries);
    return 0;
}
