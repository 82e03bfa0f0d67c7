// bench-ledger [ENTRIES]: what the ledger costs on this machine, on disk and with every commit
// synced.
//
// Each figure stands beside a floor measured in the same run, so that machines can be compared by
// the ratio, and beside its aim. Source of the aims: design ledger.md 4. What was seen so far:
// tests/bench/README.md, "Figures".
#include <algorithm>
#include <ctime>
#include <vector>

#include "broker/core/ledger_append.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/edge/high_water.h"
#include "crypto/body_seal.h"
#include "crypto/checkpoint.h"
#include "crypto/self_test.h"
#include "crypto/sha256.h"
#include "crypto/statement.h"
#include "crypto/tree.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/bench/bench.h"
#include "tests/bench/verification.h"
#include "tests/unit/broker_ledger/ledger_bench.h"

namespace chapar::bench {
namespace {

constexpr std::size_t kTick = 1024;
constexpr std::size_t kProofs = 20'000;
constexpr const char* kOrigin = "chapar.bench/ledger/1";

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
        const broker::LedgerContext context{crypto::origin_hash(kOrigin), keys_, random_};
        (void)must(broker::append_entries(*txn, next, drafts, context));
        (void)must(broker::seal_tick(*txn, next));
        must(std::move(*txn).commit());
        frontier_ = std::move(next);
    }
    // As a broker does it: the head of each tick is signed and in the high-water file before
    // anything is told of it.
    enum class Mode : std::uint8_t { Committed, Strict };
    // Entries a second.
    double grow(std::uint64_t entries, Mode mode) {
        broker::HighWaterFile file(folder_ / "high-water", kOrigin);
        if (mode == Mode::Strict) {
            must(file.claim(broker::HighWaterFile::Found::Nothing, {Hash{}, signed_head()}));
        }
        const auto start = Clock::now();
        for (std::uint64_t done = 0; done < entries; done += kTick) {
            const std::vector<broker::EntryDraft> drafts(
                std::min<std::uint64_t>(kTick, entries - done),
                delivered(sender_, recipient_, (grown_ + done) / 1000));
            tick(drafts);
            if (mode == Mode::Strict) must(file.keep(signed_head()));
        }
        grown_ += entries;
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
    // Microseconds of each of kProofs proofs of random entries, ascending, and of their checks.
    struct Proofs {
        std::vector<double> made, checked;
    };
    Proofs prove() {
        Proofs out;
        const auto txn = must(store_->begin_read());
        const Hash root = frontier_.root();
        for (std::size_t i = 0; i < kProofs; ++i) {
            const EntryIndex index(
                crypto::random_below(random_, static_cast<std::uint32_t>(size())));
            const auto start = Clock::now();
            const auto path =
                must(broker::inclusion_path(*txn, frontier_, index, frontier_.size()));
            out.made.push_back(seconds_since(start) * 1e6);
            const ByteView leaf = must(broker::leaf_bytes(*txn, index));
            const auto check = Clock::now();
            must(crypto::check_inclusion(crypto::leaf_hash(leaf), index.value, size(), path, root));
            out.checked.push_back(seconds_since(check) * 1e6);
        }
        std::ranges::sort(out.made);
        std::ranges::sort(out.checked);
        return out;
    }

  private:
    [[nodiscard]] std::string signed_head() const {
        return crypto::sign_checkpoint({kOrigin, frontier_.size(), frontier_.root()}, signer_);
    }

    std::filesystem::path folder_;
    std::unique_ptr<storage::LmdbStore> store_;
    broker::Frontier frontier_;
    crypto::LedgerKeys keys_;
    std::uint64_t grown_ = 0;  // entries, by which time goes on
    testing::FakeRandom random_{1};
    crypto::NoteSigner signer_ =
        must(crypto::NoteSigner::create(kOrigin, crypto::SigningKey::generate(random_)));
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

// Microseconds of processor time for one hash of a tree node: other work on the machine takes none.
double node_hash() {
    constexpr int kRounds = 200'000;
    Hash hash;
    const std::clock_t start = std::clock();
    for (int i = 0; i < kRounds; ++i) hash = crypto::node_hash(hash, hash);
    return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / kRounds;
}

double at(const std::vector<double>& ascending, std::size_t percent) {
    return ascending[std::min(ascending.size() - 1, ascending.size() * percent / 100)];
}

void print_append(const char* what, double measured, double floor) {
    std::printf("%-12s%9.0f entries/s, %zu a commit, each synced   (%.2f of plain rows: %.0f/s)",
                what, measured, kTick, measured / floor, floor);
    std::puts("   aim 50,000");
}

void measure_ledger(std::uint64_t entries) {
    const Folder folder;
    const std::uint64_t some = std::min<std::uint64_t>(entries, 300'000);
    const double floor = plain_rows(some);
    Ledger ledger(folder.path);
    print_append("append", ledger.grow(entries, Ledger::Mode::Committed), floor);
    const std::size_t body =
        must(delivered(testing::agency("TJ-DCA"), testing::agency("AF-CNP"), 0).body.encode())
            .size();
    std::printf("size        %9.1f bytes an entry, body of %zu and all tables   aim 500 for 300\n",
                ledger.bytes_per_entry(), body);
    // Near one another: what else the disk does changes from minute to minute.
    const double strict_floor = plain_rows(some);
    print_append("strict", ledger.grow(some, Ledger::Mode::Strict), strict_floor);
    std::printf("start       %9.2f ms at %llu entries, frontier rebuilt, head compared   aim 50\n",
                ledger.reopen(), static_cast<unsigned long long>(ledger.size()));
    const double hash = node_hash();
    const Ledger::Proofs proofs = ledger.prove();
    std::printf(
        "proof       %9.2f us p50, %.2f us p99, %zu random entries   (%.1f node hashes of "
        "%.2f us)   aim 15, 100\n",
        at(proofs.made, 50), at(proofs.made, 99), kProofs, at(proofs.made, 50) / hash, hash);
    std::printf("check       %9.2f us p50 of such a proof   (%.1f node hashes)   aim 20\n",
                at(proofs.checked, 50), at(proofs.checked, 50) / hash);
}

void measure(std::uint64_t entries) {
    measure_ledger(entries);
    const double hash = node_hash();
    const Verification all = measure_verification(entries);
    std::printf(
        "verify      %9.0f entries/s a core, %llu entries, bodies of %zu bytes   (%.1f node "
        "hashes of %.2f us an entry)   aim 800,000\n",
        all.per_second, static_cast<unsigned long long>(entries), all.body,
        1e6 / all.per_second / hash, hash);
}

}  // namespace
}  // namespace chapar::bench

int main(int argc, char** argv) {
    const std::uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    if (!chapar::crypto::start() || entries < 1000) return 2;
    chapar::bench::measure(entries);
    return 0;
}
