// The store on disk: one LMDB environment in one directory, used by one process.
//
// Owns: the files DIR/data.mdb and DIR/lock.mdb (LMDB's) and DIR/lock (ours), all 0600. Does not
// know the tables' meaning or when to refuse work. An edge: it blocks on the disk.
//
// Durability: LMDB's default flags (never WRITEMAP, NOSYNC or NOMETASYNC): when commit() returns
// Done, data and then meta page have been synced. LMDB has no checksums; framing.h adds them. Some
// damage to the tree's own pages makes LMDB stop the process: a file of doubtful origin is opened
// only in a child process.
//
// Errors of open(): StoreInUse (another process, or this one, has the directory), VersionUnknown
// (written by a newer program), StoreDamaged (not a store of this program, or damaged), FileFailed
// (directory or lock file), StoreFailed.
// Source: lmdb.h 0.9.24; design reliability.md section 0 for what it does on full and failing
// disks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "storage/lmdb/store_reader.h"
#include "storage/store.h"

namespace chapar::storage {

namespace lmdb {
struct Shared;
}

struct LmdbOptions {
    // The most the store can ever hold, in bytes; address space, not disk. May be raised at any
    // open; lowered not below what is in use.
    std::size_t map_size = std::size_t{1} << 30;
    // Room that new work leaves (Txn::spare_reserve), an eighth of the store at most. So much is
    // also kept on disk behind the newest page, so that a disk that others fill does not stop a
    // commit in the middle. 0: neither.
    std::size_t reserve = 0;
};

class LmdbStore final : public Store {
  public:
    // Makes the directory (not its parents) and the store if they do not exist.
    // REQUIRES: names that differ from each other and from kMetaTable's, within their limits.
    [[nodiscard]] static Result<std::unique_ptr<LmdbStore>> open(
        const std::filesystem::path& directory, std::span<const Table> tables,
        LmdbOptions options = {});
    // Beside a process that owns it, or alone: to be read only (begin_write() is ReadOnly). Takes
    // no lock of ours, makes nothing. StoreDamaged if it lacks one of the tables. REQUIRES: this
    // process has not opened it already. NotFound, and the errors of open().
    [[nodiscard]] static Result<std::unique_ptr<LmdbStore>> open_beside(
        const std::filesystem::path& directory, std::span<const Table> tables);
    ~LmdbStore() override;

    [[nodiscard]] Result<std::unique_ptr<ReadTxn>> begin_read() const override;
    [[nodiscard]] Result<std::unique_ptr<Txn>> begin_write() override;
    // used = pages that hold something or that a reader still sees; capacity = the map, or what the
    // file has and the file system can still give it, whichever is less. Costs a few system calls:
    // once a tick, not once a record.
    [[nodiscard]] Result<Usage> usage() const override;

    // Frees the slots of readers that died without ending their transaction; returns how many.
    // Every 10 s: one dead reader keeps all pages freed since from being used again.
    [[nodiscard]] Result<int> check_readers();
    // All read transactions, also of other processes (a backup, a check).
    [[nodiscard]] Result<std::vector<StoreReader>> readers() const;

  private:
    explicit LmdbStore(std::unique_ptr<lmdb::Shared> shared);
    std::unique_ptr<lmdb::Shared> shared_;
};

}  // namespace chapar::storage
