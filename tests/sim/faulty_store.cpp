#include "tests/sim/faulty_store.h"

#include <algorithm>

#include "tests/sim/must.h"

namespace chapar::sim {

namespace {

// g++ 12 sees a wrong delete in to_bytes() where this is inlined.
Bytes copy_of(ByteView view) {
    Bytes bytes(view.size());
    std::ranges::copy(view, bytes.begin());
    return bytes;
}

}  // namespace

using storage::Framing;
using storage::Table;

// Hands everything to the inner transaction; the commit is the store's.
class FaultyStore::Writing final : public storage::Txn {
  public:
    Writing(FaultyStore& store, std::unique_ptr<storage::Txn> inner)
        : store_(store), inner_(std::move(inner)) {}

    Result<std::optional<ByteView>> get(const Table& table, ByteView key) const override {
        return inner_->get(table, key);
    }
    std::unique_ptr<storage::Cursor> cursor(const Table& table) const override {
        return inner_->cursor(table);
    }
    Status put(const Table& table, ByteView key, ByteView value) override {
        return inner_->put(table, key, value);
    }
    Status append(const Table& table, ByteView key, ByteView value) override {
        return inner_->append(table, key, value);
    }
    Result<storage::EraseOutcome> erase(const Table& table, ByteView key) override {
        return inner_->erase(table, key);
    }
    void spare_reserve() override { inner_->spare_reserve(); }
    Status commit() && override { return store_.commit(std::move(inner_)); }

  private:
    FaultyStore& store_;
    std::unique_ptr<storage::Txn> inner_;
};

FaultyStore::FaultyStore(std::unique_ptr<storage::MemoryStore> records, std::vector<Table> tables,
                         Disk& disk, Dice dice)
    : records_(std::move(records)), tables_(std::move(tables)), disk_(disk), dice_(dice) {}

Result<std::unique_ptr<storage::ReadTxn>> FaultyStore::begin_read() const {
    if (failed_) return Error(Errc::StoreFailed);
    return std::as_const(*records_).begin_read();
}

Result<std::unique_ptr<storage::Txn>> FaultyStore::begin_write() {
    if (failed_) return Error(Errc::StoreFailed);
    auto inner = CHAPAR_TRY(records_->begin_write());
    return std::unique_ptr<storage::Txn>(std::make_unique<Writing>(*this, std::move(inner)));
}

Result<storage::Usage> FaultyStore::usage() const {
    if (nearly_full_) return storage::Usage{85'000, 100'000};
    return storage::Usage{10'000, 100'000};
}

Status FaultyStore::commit(std::unique_ptr<storage::Txn> txn) {
    disk_.reach("before commit");
    if (disk_.full()) return Error(Errc::StoreFull);
    if (failure_in_ > 0 && --failure_in_ == 0) {
        failed_ = true;
        // What a failed write leaves behind, or a failure after the last sync.
        if (dice_.one_in(2)) {
            CHAPAR_TRY(std::move(*txn).commit());
            if (on_commit_) on_commit_();
        }
        return Error(Errc::StoreFailed, "EIO");
    }
    CHAPAR_TRY(std::move(*txn).commit());
    txn.reset();
    if (on_commit_) on_commit_();
    disk_.reach("after commit");
    return Done{};
}

std::string FaultyStore::rot() {
    auto txn = must(records_->begin_write());
    // A table with records, then one of them: rare rows rot as often as those of
    // long tables.
    for (int attempt = 0; attempt < 64; ++attempt) {
        const Table raw{tables_[dice_.below(tables_.size())].name, Framing::Raw};
        std::uint64_t rows = 0;
        const auto cursor = txn->cursor(raw);
        for (must(cursor->seek_first()); cursor->at_record(); must(cursor->next())) ++rows;
        if (rows == 0) continue;
        must(cursor->seek_first());
        for (std::uint64_t skip = dice_.below(rows); skip > 0; --skip) must(cursor->next());
        const Bytes key = copy_of(cursor->key());
        const Bytes good = copy_of(cursor->value());
        if (good.empty()) continue;
        Bytes bad = good;
        const std::uint64_t bit = dice_.below(bad.size() * 8);
        bad[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        must(txn->put(raw, key, bad));
        must(std::move(*txn).commit());
        rotten_.push_back({raw, key, good, bad});
        return std::string(raw.name) + " bit " + std::to_string(bit);
    }
    return {};
}

void FaultyStore::restore_rotten() {
    if (rotten_.empty()) return;
    auto txn = must(records_->begin_write());
    // The other way round: one row may have rotted twice.
    for (auto one = rotten_.rbegin(); one != rotten_.rend(); ++one) {
        const auto now = must(txn->get(one->table, one->key));
        if (now && std::ranges::equal(*now, one->bad)) {
            must(txn->put(one->table, one->key, one->good));
        }
    }
    must(std::move(*txn).commit());
    rotten_.clear();
}

}  // namespace chapar::sim
