#include "storage/memory_store.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "schemas/base/limits.h"
#include "storage/cursor_base.h"
#include "storage/framing.h"
#include "storage/memory_records.h"
#include "storage/meta.h"
#include "storage/writer_slot.h"

namespace chapar::storage {

namespace memory {

struct Shared {
    MemoryStoreOptions options;
    WriterSlot writer;

    std::mutex mutex;  // guards what follows
    Snapshot committed;
    std::uint64_t used_bytes = 0;
    std::uint64_t commits = 0;
    bool failed = false;
};

namespace {

void check_key(ByteView key) {
    CHAPAR_ASSERT(!key.empty() && key.size() <= limits::kStoreKeyBytes);
}

// A snapshot, and the changes laid over it: what a transaction of either kind reads.
class Reading {
  public:
    explicit Reading(Shared& shared) : shared_(shared) {
        const std::lock_guard lock(shared.mutex);
        base_ = shared.committed;
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() { release_base(); }

    [[nodiscard]] Overlaid records(const Table& table) const {
        static const Changes kNone;
        const auto base = base_.find(table.name);
        CHAPAR_ASSERT(base != base_.end());
        const auto over = changes_.find(table.name);
        return {*base->second, over == changes_.end() ? kNone : over->second};
    }
    [[nodiscard]] Result<std::optional<ByteView>> get(const Table& table, ByteView key) const {
        check_key(key);
        if (state_.death) return *state_.death;
        const FoundRecord found = records(table).exact(key);
        if (!found) return std::optional<ByteView>();
        return std::optional<ByteView>(
            CHAPAR_TRY(from_stored(checksum_key(), table, key, found->value)));
    }
    void change(const Table& table, ByteView key, std::optional<Bytes> stored) {
        changes_[std::string(table.name)].insert_or_assign(to_bytes(key), std::move(stored));
        ++state_.writes;
    }
    // Under the lock, so that commit() can tell whether a table still has readers.
    void release_base() {
        const std::lock_guard lock(shared_.mutex);
        base_.clear();
    }
    [[nodiscard]] std::map<std::string, Changes, std::less<>>& changes() { return changes_; }
    [[nodiscard]] const crypto::ChecksumKey& checksum_key() const {
        return shared_.options.checksum_key;
    }
    [[nodiscard]] const TxnState& state() const { return state_; }
    Error die(Error error) {
        state_.death = error;
        return error;
    }

  private:
    Shared& shared_;
    Snapshot base_;
    std::map<std::string, Changes, std::less<>> changes_;
    TxnState state_;
};

class MemoryCursor final : public CursorBase {
  public:
    MemoryCursor(const Reading& reading, const Table& table)
        : CursorBase(table, reading.checksum_key(), reading.state()), reading_(reading) {}

  private:
    static Found stored(const FoundRecord& record) {
        if (!record) return std::optional<Stored>();
        return std::optional<Stored>(Stored{record->key, record->value});
    }
    [[nodiscard]] Overlaid records() const { return reading_.records(table()); }
    Found find_first() override { return stored(records().first()); }
    Found find_last() override { return stored(records().last()); }
    Found find_at_least(ByteView key) override {
        return stored(records().following(key, Bound::AtLeast));
    }
    Found find_before(ByteView key) override { return stored(records().before(key)); }
    Found find_after(ByteView key, Since) override {
        return stored(records().following(key, Bound::Greater));
    }
    const Reading& reading_;
};

class MemoryReadTxn final : public ReadTxn {
  public:
    explicit MemoryReadTxn(Shared& shared) : reading_(shared) {}
    [[nodiscard]] Result<std::optional<ByteView>> get(const Table& table,
                                                      ByteView key) const override {
        return reading_.get(table, key);
    }
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Table& table) const override {
        return std::make_unique<MemoryCursor>(reading_, table);
    }

  private:
    Reading reading_;
};

class MemoryTxn final : public Txn {
  public:
    explicit MemoryTxn(Shared& shared) : shared_(shared), turn_(shared.writer), reading_(shared) {
        const std::lock_guard lock(shared.mutex);
        used_bytes_ = shared.used_bytes;
    }
    [[nodiscard]] Result<std::optional<ByteView>> get(const Table& table,
                                                      ByteView key) const override {
        return reading_.get(table, key);
    }
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Table& table) const override {
        return std::make_unique<MemoryCursor>(reading_, table);
    }
    [[nodiscard]] Status put(const Table& table, ByteView key, ByteView value) override;
    [[nodiscard]] Status append(const Table& table, ByteView key, ByteView value) override;
    [[nodiscard]] Result<EraseOutcome> erase(const Table& table, ByteView key) override;
    void spare_reserve() override { spares_ = true; }
    [[nodiscard]] Status commit() && override;

  private:
    void apply_changes();
    [[nodiscard]] bool eats_reserve() const {
        const MemoryStoreOptions& options = shared_.options;
        return spares_ && used_bytes_ > shared_.used_bytes &&
               used_bytes_ + options.reserve_bytes > options.capacity_bytes;
    }

    Shared& shared_;
    WriterTurn turn_;
    Reading reading_;
    std::uint64_t used_bytes_ = 0;
    bool spares_ = false;
};

Status MemoryTxn::put(const Table& table, ByteView key, ByteView value) {
    check_key(key);
    if (reading_.state().death) return *reading_.state().death;
    Bytes stored;
    to_stored(stored, reading_.checksum_key(), table, key, value);
    const FoundRecord old = reading_.records(table).exact(key);
    std::uint64_t used = used_bytes_ + key.size() + stored.size();
    if (old) used -= key.size() + old->value.size();
    if (used > shared_.options.capacity_bytes) return reading_.die(Error(Errc::StoreFull));
    used_bytes_ = used;
    reading_.change(table, key, std::move(stored));
    return Done{};
}

Status MemoryTxn::append(const Table& table, ByteView key, ByteView value) {
    check_key(key);
    if (reading_.state().death) return *reading_.state().death;
    const FoundRecord last = reading_.records(table).last();
    if (last && !BytewiseLess()(last->key, key)) {
        return reading_.die(
            Error(Errc::StoreDamaged, "append to table " + std::string(table.name)));
    }
    return put(table, key, value);
}

Result<EraseOutcome> MemoryTxn::erase(const Table& table, ByteView key) {
    check_key(key);
    if (reading_.state().death) return *reading_.state().death;
    const FoundRecord old = reading_.records(table).exact(key);
    if (!old) return EraseOutcome::Absent;
    used_bytes_ -= key.size() + old->value.size();
    reading_.change(table, key, std::nullopt);
    return EraseOutcome::Erased;
}

Status MemoryTxn::commit() && {
    Status outcome = Done{};
    if (reading_.state().death) {
        outcome = *reading_.state().death;
    } else if (eats_reserve()) {
        outcome = Error(Errc::StoreFull, "the reserve");
    } else {
        reading_.release_base();
        const std::lock_guard lock(shared_.mutex);
        ++shared_.commits;
        const std::optional<CommitFault>& fault = shared_.options.commit_fault;
        const bool fails = fault && fault->number == shared_.commits;
        if (!fails || fault->kept == CommitFault::Kept::Everything) apply_changes();
        if (fails) {
            shared_.failed = true;
            outcome = Error(Errc::StoreFailed, "commit");
        }
    }
    reading_.die(Error(Errc::StoreFailed, "the transaction has ended"));
    turn_.finish();
    return outcome;
}

// REQUIRES: the lock of `shared_` is held, and the own snapshot released.
void MemoryTxn::apply_changes() {
    for (auto& [name, changes] : reading_.changes()) {
        std::shared_ptr<Records>& records = shared_.committed.find(name)->second;
        if (records.use_count() > 1) records = std::make_shared<Records>(*records);
        for (auto& [key, stored] : changes) {
            if (stored) {
                records->insert_or_assign(key, std::move(*stored));
            } else {
                records->erase(key);
            }
        }
    }
    shared_.used_bytes = used_bytes_;
}

}  // namespace
}  // namespace memory

MemoryStore::MemoryStore(std::unique_ptr<memory::Shared> shared) : shared_(std::move(shared)) {}
MemoryStore::~MemoryStore() = default;

MemoryStore::MemoryStore(std::span<const Table> tables, MemoryStoreOptions options)
    : MemoryStore(std::make_unique<memory::Shared>()) {
    CHAPAR_ASSERT(tables.size() <= limits::kStoreTables);
    shared_->committed.emplace(kMetaTable.name, std::make_shared<memory::Records>());
    for (const Table& table : tables) {
        CHAPAR_ASSERT(!table.name.empty() && table.name.size() <= limits::kStoreTableNameBytes);
        const bool is_new =
            shared_->committed.emplace(table.name, std::make_shared<memory::Records>()).second;
        CHAPAR_ASSERT(is_new);
    }
    {
        memory::MemoryTxn txn(*shared_);
        CHAPAR_ASSERT(create_meta(txn, options.checksum_key).has_value());
        CHAPAR_ASSERT(std::move(txn).commit().has_value());
    }
    shared_->options = std::move(options);
    shared_->commits = 0;
}

Result<std::unique_ptr<MemoryStore>> MemoryStore::reopen(const MemoryStore& old,
                                                         MemoryStoreOptions options) {
    auto shared = std::make_unique<memory::Shared>();
    {
        const std::lock_guard lock(old.shared_->mutex);
        for (const auto& [name, records] : old.shared_->committed) {
            shared->committed.emplace(name, std::make_shared<memory::Records>(*records));
        }
        shared->used_bytes = old.shared_->used_bytes;
    }
    options.checksum_key = CHAPAR_TRY(read_meta(memory::MemoryReadTxn(*shared)));
    shared->options = std::move(options);
    return std::unique_ptr<MemoryStore>(new MemoryStore(std::move(shared)));
}

Result<std::unique_ptr<ReadTxn>> MemoryStore::begin_read() const {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->failed) return Error(Errc::StoreFailed, "an earlier commit failed");
    }
    return std::unique_ptr<ReadTxn>(std::make_unique<memory::MemoryReadTxn>(*shared_));
}

Result<std::unique_ptr<Txn>> MemoryStore::begin_write() {
    auto txn = std::make_unique<memory::MemoryTxn>(*shared_);
    const std::lock_guard lock(shared_->mutex);
    if (shared_->failed) return Error(Errc::StoreFailed, "an earlier commit failed");
    return std::unique_ptr<Txn>(std::move(txn));
}

Result<Usage> MemoryStore::usage() const {
    const std::lock_guard lock(shared_->mutex);
    return Usage{shared_->used_bytes, shared_->options.capacity_bytes};
}

}  // namespace chapar::storage
