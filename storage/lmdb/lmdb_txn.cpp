#include "storage/lmdb/lmdb_txn.h"

#include <array>

#include "schemas/base/limits.h"
#include "storage/framing.h"

namespace chapar::storage::lmdb {

namespace {

// LMDB's structure has no const; it does not write to keys or to values given to mdb_put.
MDB_val to_value(ByteView bytes) { return {bytes.size(), const_cast<std::byte*>(bytes.data())}; }
ByteView to_view(const MDB_val& value) {
    return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}
void check_key(ByteView key) {
    CHAPAR_ASSERT(!key.empty() && key.size() <= limits::kStoreKeyBytes);
}

// A key that stays where it is while LMDB moves pages.
class KeyCopy {
  public:
    explicit KeyCopy(ByteView key) : size_(key.size()) {
        check_key(key);
        std::copy(key.begin(), key.end(), bytes_.begin());
    }
    [[nodiscard]] ByteView view() const { return ByteView(bytes_).first(size_); }

  private:
    std::array<std::byte, limits::kStoreKeyBytes> bytes_;
    std::size_t size_;
};

}  // namespace

class LmdbCursor final : public CursorBase {
  public:
    LmdbCursor(const Reading& reading, const Table& table)
        : CursorBase(table, reading.shared().checksum_key, reading.state()), reading_(&reading) {
        reading.attach(*this);
    }
    ~LmdbCursor() override {
        if (reading_ != nullptr) reading_->detach(*this);
    }
    // The transaction ends.
    void close() {
        handle_.reset();
        reading_ = nullptr;
    }

  private:
    Found find_first() override { return move({}, MDB_FIRST); }
    Found find_last() override { return move({}, MDB_LAST); }
    Found find_at_least(ByteView key) override { return move(key, MDB_SET_RANGE); }
    Found find_before(ByteView key) override {
        const Found at_least = move(key, MDB_SET_RANGE);
        if (!at_least) return at_least.error();
        return move({}, *at_least ? MDB_PREV : MDB_LAST);
    }
    Found find_after(ByteView key, Since since) override {
        if (since == Since::Unmoved) return move({}, MDB_NEXT);
        const std::optional<Stored> found = CHAPAR_TRY(move(key, MDB_SET_RANGE));
        if (found && equal(found->key, key)) return move({}, MDB_NEXT);
        return found;
    }
    Found move(ByteView key, MDB_cursor_op operation) {
        CHAPAR_ASSERT(reading_ != nullptr);
        if (!handle_) {
            MDB_cursor* opened = nullptr;
            const int code = mdb_cursor_open(reading_->handle(), reading_->find(table()), &opened);
            if (code != MDB_SUCCESS) return to_error(code, "mdb_cursor_open");
            handle_.reset(opened);
        }
        MDB_val found_key = to_value(key);
        MDB_val found_value{};
        const int code = mdb_cursor_get(handle_.get(), &found_key, &found_value, operation);
        if (code == MDB_NOTFOUND) return std::optional<Stored>();
        if (code != MDB_SUCCESS) return to_error(code, "mdb_cursor_get");
        return std::optional<Stored>(Stored{to_view(found_key), to_view(found_value)});
    }

    const Reading* reading_;
    CursorHandle handle_;
};

MDB_dbi Reading::find(const Table& table) const {
    const auto found = shared_.tables.find(table.name);
    CHAPAR_ASSERT(found != shared_.tables.end());
    return found->second;
}

Result<std::optional<ByteView>> Reading::get(const Table& table, ByteView key) const {
    check_key(key);
    if (state_.death) return *state_.death;
    CHAPAR_ASSERT(txn_ != nullptr);
    MDB_val wanted = to_value(key);
    MDB_val found{};
    const int code = mdb_get(txn_.get(), find(table), &wanted, &found);
    if (code == MDB_NOTFOUND) return std::optional<ByteView>();
    if (code != MDB_SUCCESS) return to_error(code, "mdb_get");
    return std::optional<ByteView>(
        CHAPAR_TRY(from_stored(shared_.checksum_key, table, key, to_view(found))));
}

std::unique_ptr<Cursor> Reading::cursor(const Table& table) const {
    static_cast<void>(find(table));
    return std::make_unique<LmdbCursor>(*this, table);
}

Transaction Reading::take() {
    close_cursors();
    return std::move(txn_);
}

void Reading::close_cursors() {
    for (LmdbCursor* cursor : cursors_) cursor->close();
    cursors_.clear();
}

Result<std::unique_ptr<LmdbTxn>> LmdbTxn::begin(Shared& shared) {
    if (shared.reads_only) return Error(Errc::ReadOnly, "opened beside its owner");
    auto turn = std::make_unique<WriterTurn>(shared.writer);
    if (shared.failed) return Error(Errc::StoreFailed, "an earlier write failed");
    if (Status kept = shared.reserved.keep(shared.environment.get()); !kept) {
        shared.failed = true;
        return kept.error();
    }
    MDB_txn* begun = nullptr;
    const int code = mdb_txn_begin(shared.environment.get(), nullptr, 0, &begun);
    if (code != MDB_SUCCESS) return to_error(code, "mdb_txn_begin");
    return std::unique_ptr<LmdbTxn>(new LmdbTxn(shared, std::move(turn), Transaction(begun)));
}

Error LmdbTxn::fail(Error error) {
    if (error.code == Errc::StoreFailed) shared_.failed = true;
    reading_.die(error);
    return error;
}

Status LmdbTxn::write(const Table& table, ByteView key, ByteView value, unsigned flags) {
    const KeyCopy copy(key);
    if (reading_.state().death) return *reading_.state().death;
    to_stored(stored_, shared_.checksum_key, table, copy.view(), value);
    MDB_val key_value = to_value(copy.view());
    MDB_val data = to_value(stored_);
    const int code = mdb_put(handle(), reading_.find(table), &key_value, &data, flags);
    reading_.count_write();
    if (code == MDB_SUCCESS) return Done{};
    if (code == MDB_KEYEXIST) {
        return fail(Error(Errc::StoreDamaged, "append to table " + std::string(table.name)));
    }
    return fail(to_error(code, "mdb_put"));
}

Result<EraseOutcome> LmdbTxn::erase(const Table& table, ByteView key) {
    const KeyCopy copy(key);
    if (reading_.state().death) return *reading_.state().death;
    MDB_val key_value = to_value(copy.view());
    const int code = mdb_del(handle(), reading_.find(table), &key_value, nullptr);
    reading_.count_write();
    if (code == MDB_SUCCESS) return EraseOutcome::Erased;
    if (code == MDB_NOTFOUND) return EraseOutcome::Absent;
    return fail(to_error(code, "mdb_del"));
}

Status LmdbTxn::check_reserve() const {
    if (!spares_ || shared_.reserved.reserve() == 0) return Done{};
    const Transaction before = CHAPAR_TRY(begin_reading(shared_));
    const std::uint64_t had = CHAPAR_TRY(table_pages(shared_, before.get()));
    const std::uint64_t has = CHAPAR_TRY(table_pages(shared_, handle()));
    if (has <= had) return Done{};
    if (shared_.reserved.is_short()) return Error(Errc::StoreFull, "the disk has no reserve");
    MDB_env* environment = shared_.environment.get();
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(environment, &info);
    mdb_env_stat(environment, &stat);
    const std::uint64_t taken = CHAPAR_TRY(taken_pages(environment, before.get())) + has - had;
    if (taken * stat.ms_psize + shared_.reserved.reserve() <= info.me_mapsize) return Done{};
    return Error(Errc::StoreFull, "the reserve");
}

Status LmdbTxn::commit() && {
    Status outcome = reading_.state().death ? Status(*reading_.state().death) : check_reserve();
    Transaction txn = reading_.take();
    if (!outcome) {
        txn.reset();
    } else {
        const int code = mdb_txn_commit(txn.release());
        if (code != MDB_SUCCESS) {
            Error error = to_error(code, "mdb_txn_commit");
            if (error.code != Errc::StoreFull) error.code = Errc::StoreFailed;
            outcome = fail(std::move(error));
        }
    }
    reading_.die(Error(Errc::StoreFailed, "the transaction has ended"));
    turn_.reset();
    return outcome;
}

}  // namespace chapar::storage::lmdb
