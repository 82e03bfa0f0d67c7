// Where durable state is kept: ordered tables of byte records, changed in transactions.
//
// Owns: the seam (`Store`, `ReadTxn`, `Txn`, `Cursor`) and its contract, which memory_store.h and
// lmdb/lmdb_store.h fulfil alike; one conformance suite runs on both. Does not know which tables
// exist (broker/ and client/ define their own `Table` constants), what a record means, what time it
// is, or when to stop taking new work; `usage()` only says how full it is.
//
// Keys: 1 to limits::kStoreKeyBytes bytes, ordered bytewise as unsigned (numbers go in big-endian).
// A table's name and framing never change.
//
// Errors, besides each function's own: StoreDamaged (a record fails its checksum, or the tables
// contradict themselves), VersionUnknown (a record was written by a newer program), StoreFailed
// (the disk or the library failed).
//
// Ownership: all four are resource types, neither copied nor moved. A store outlives its
// transactions. A cursor may outlive its transaction only to be destroyed.
// Thread: a store may be used by several threads. A transaction and its cursors belong to one
// thread at a time; a `Txn` to the very thread that began it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::storage {

// Framed: stored with a level and a keyed checksum (framing.h), checked at every read.
// Raw: stored as given; only for records that are hashed into the ledger tree or AEAD-sealed.
enum class Framing : std::uint8_t { Framed, Raw };

// Value type. `name`: 1 to limits::kStoreTableNameBytes characters, static storage.
struct Table {
    std::string_view name;
    Framing framing = Framing::Framed;
};

enum class EraseOutcome : std::uint8_t { Erased, Absent };

struct Usage {
    std::uint64_t used_bytes = 0;      // holds something, or is still seen by a reader
    std::uint64_t capacity_bytes = 0;  // the map, or what the disk can still hold of it
    // Of the file system; zeros: there is none. `growth_bytes`: what the map may still ask of it.
    std::uint64_t growth_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
    std::uint64_t disk_bytes = 0;
    auto operator<=>(const Usage&) const = default;
};

// Walks one table in key order. Stands at a record, or at none: before its first positioning, and
// past either end. Every move reads and checks the record it arrives at; after an error the cursor
// stands at the record that is at fault without showing it, so that a caller may go on past it.
//
//     for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) ..
//
// The transaction may be written to meanwhile: value() then lapses, and next() and previous() go on
// from the key where the cursor stood, even if that record has been erased.
class Cursor {
  public:
    Cursor() = default;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    virtual ~Cursor() = default;

    [[nodiscard]] virtual Status seek_first() = 0;
    [[nodiscard]] virtual Status seek_last() = 0;
    // To the first record with a key >= `key`. An empty key is before all others.
    [[nodiscard]] virtual Status seek(ByteView key) = 0;
    // To the last record with a key < `key`.
    [[nodiscard]] virtual Status seek_before(ByteView key) = 0;
    // REQUIRES: the cursor stands at a record, or the last move failed at one.
    [[nodiscard]] virtual Status next() = 0;
    [[nodiscard]] virtual Status previous() = 0;

    [[nodiscard]] virtual bool at_record() const = 0;
    // REQUIRES: at_record(). Valid until the next move.
    [[nodiscard]] virtual ByteView key() const = 0;
    // REQUIRES: at_record(), and no write since the last move. Valid until the next move or write,
    // or the end of the transaction.
    [[nodiscard]] virtual ByteView value() const = 0;
};

// One unchanging state of the store: the one committed when the transaction began (and, in a
// `Txn`, its own writes). Short-lived: it keeps old pages from being used again; at most 1 s.
//
// REQUIRES everywhere: `table` was named when the store was opened. Its framing may be given as Raw
// to see a framed record as it is stored.
class ReadTxn {
  public:
    ReadTxn() = default;
    ReadTxn(const ReadTxn&) = delete;
    ReadTxn& operator=(const ReadTxn&) = delete;
    virtual ~ReadTxn() = default;

    // Empty if there is no such record. The view is valid until the next write or the end of the
    // transaction.
    [[nodiscard]] virtual Result<std::optional<ByteView>> get(const Table& table,
                                                              ByteView key) const = 0;
    [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(const Table& table) const = 0;
};

// The one writer. Nothing of it is seen or kept unless commit() returns Done; destroying it without
// commit() undoes everything. An error of put(), append() or erase() kills the transaction: every
// later call, reads and commit() among them, returns that error.
//
// `key` and `value` may be views obtained from this transaction.
class Txn : public ReadTxn {
  public:
    // Writes the record, in place of an older one with this key. StoreFull.
    [[nodiscard]] virtual Status put(const Table& table, ByteView key, ByteView value) = 0;
    // The same, without a search. REQUIRES: `key` is greater than all in the table; where it is
    // not, the stored table contradicts the caller's count: StoreDamaged.
    [[nodiscard]] virtual Status append(const Table& table, ByteView key, ByteView value) = 0;
    // StoreFull: with copy-on-write pages even erasing needs room.
    [[nodiscard]] virtual Result<EraseOutcome> erase(const Table& table, ByteView key) = 0;

    // This transaction brings new work: its commit() is StoreFull, and nothing is written, if the
    // store would be left with less than its reserve. All others may use the reserve up: they are
    // what empties a store.
    virtual void spare_reserve() = 0;

    // Makes all writes durable at once, and ends the transaction: nothing may be called after it.
    // StoreFull: nothing was written, the store remains usable. Any other error: it is unknown what
    // the disk holds; nothing may be acknowledged and the process must stop (the store refuses
    // every later transaction with StoreFailed).
    [[nodiscard]] virtual Status commit() && = 0;
};

class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<ReadTxn>> begin_read() const = 0;
    // Waits while another thread writes. REQUIRES: this thread has no `Txn` of this store.
    [[nodiscard]] virtual Result<std::unique_ptr<Txn>> begin_write() = 0;
    // Of the committed state. The rule "refuse new work at 80 %, resume at 70 %" is the caller's.
    [[nodiscard]] virtual Result<Usage> usage() const = 0;
};

}  // namespace chapar::storage
