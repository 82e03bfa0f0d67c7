// Transactions and cursors of the LMDB store.
//
// Own: one LMDB transaction each, and the cursors open in it, which end with it. Do not know how an
// environment is opened. Not for callers of the store.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "crypto/checksum.h"
#include "storage/cursor_base.h"
#include "storage/lmdb/handles.h"
#include "storage/lmdb/room.h"
#include "storage/store.h"
#include "storage/writer_slot.h"

namespace chapar::storage::lmdb {

// One open environment. Unchanging after open(), but for the last three.
struct Shared {
    std::filesystem::path directory;
    FileDescriptor lock;  // before the environment: released after it is closed
    Environment environment;
    std::map<std::string, MDB_dbi, std::less<>> tables;
    crypto::ChecksumKey checksum_key{};
    bool reads_only = false;

    WriterSlot writer;
    ReservedBlocks reserved;           // the writer's
    std::atomic<bool> failed = false;  // a write failed: what the disk holds is unknown
};

// Begins a read transaction. StoreFailed.
[[nodiscard]] Result<Transaction> begin_reading(const Shared& shared);
// Pages of all tables as `txn` sees them, its own writes included.
[[nodiscard]] Result<std::uint64_t> table_pages(const Shared& shared, MDB_txn* txn);

class LmdbCursor;

// What both kinds of transaction read with.
class Reading {
  public:
    Reading(const Shared& shared, Transaction txn) : shared_(shared), txn_(std::move(txn)) {}
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() { close_cursors(); }

    [[nodiscard]] Result<std::optional<ByteView>> get(const Table& table, ByteView key) const;
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Table& table) const;

    [[nodiscard]] const Shared& shared() const { return shared_; }
    [[nodiscard]] MDB_txn* handle() const { return txn_.get(); }
    // REQUIRES: the store was opened with this table.
    [[nodiscard]] MDB_dbi find(const Table& table) const;
    [[nodiscard]] const TxnState& state() const { return state_; }
    void count_write() { ++state_.writes; }
    void die(const Error& error) { state_.death = error; }
    // Closes the cursors and hands out the transaction, for its commit.
    [[nodiscard]] Transaction take();

    void attach(LmdbCursor& cursor) const { cursors_.insert(&cursor); }
    void detach(LmdbCursor& cursor) const { cursors_.erase(&cursor); }

  private:
    void close_cursors();

    const Shared& shared_;
    Transaction txn_;
    TxnState state_;
    mutable std::set<LmdbCursor*> cursors_;
};

class LmdbReadTxn final : public ReadTxn {
  public:
    LmdbReadTxn(const Shared& shared, Transaction txn) : reading_(shared, std::move(txn)) {}
    [[nodiscard]] Result<std::optional<ByteView>> get(const Table& table,
                                                      ByteView key) const override {
        return reading_.get(table, key);
    }
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Table& table) const override {
        return reading_.cursor(table);
    }

  private:
    Reading reading_;
};

class LmdbTxn final : public Txn {
  public:
    // Waits for its turn. StoreFailed.
    [[nodiscard]] static Result<std::unique_ptr<LmdbTxn>> begin(Shared& shared);

    [[nodiscard]] Result<std::optional<ByteView>> get(const Table& table,
                                                      ByteView key) const override {
        return reading_.get(table, key);
    }
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Table& table) const override {
        return reading_.cursor(table);
    }
    [[nodiscard]] Status put(const Table& table, ByteView key, ByteView value) override {
        return write(table, key, value, 0);
    }
    [[nodiscard]] Status append(const Table& table, ByteView key, ByteView value) override {
        return write(table, key, value, MDB_APPEND);
    }
    [[nodiscard]] Result<EraseOutcome> erase(const Table& table, ByteView key) override;
    void spare_reserve() override { spares_ = true; }
    [[nodiscard]] Status commit() && override;

    [[nodiscard]] MDB_txn* handle() const { return reading_.handle(); }

  private:
    LmdbTxn(Shared& shared, std::unique_ptr<WriterTurn> turn, Transaction txn)
        : shared_(shared), turn_(std::move(turn)), reading_(shared, std::move(txn)) {}
    [[nodiscard]] Status write(const Table& table, ByteView key, ByteView value, unsigned flags);
    Error fail(Error error);
    // StoreFull if what this transaction adds would eat the reserve.
    [[nodiscard]] Status check_reserve() const;

    Shared& shared_;
    std::unique_ptr<WriterTurn> turn_;
    Reading reading_;
    Bytes stored_;  // one buffer for all writes
    bool spares_ = false;
};

}  // namespace chapar::storage::lmdb
