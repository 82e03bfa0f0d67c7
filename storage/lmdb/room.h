// How much room a store on disk has, and that it keeps it: pages in use, the blocks of the data
// file taken in advance, and who holds old pages.
//
// Owns: the count of pages that the next writer cannot take (LMDB's own figures leave out the freed
// pages that a reader still sees), the blocks behind the newest page (fallocate, the file's size
// unchanged: LMDB does not see them), and the list of readers. Does not know when work is refused.
// REQUIRES everywhere: the environment is open. Thread: any; reserve_blocks() the writer's.
// Source: lmdb.h 0.9.24 (mdb_reader_list, mdb_env_info), its freelist as mdb_stat.c reads it;
// fallocate(2).
#pragma once

#include <lmdb.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "schemas/base/result.h"
#include "storage/lmdb/store_reader.h"

namespace chapar::storage::lmdb {

struct DiskRoom {
    std::uint64_t file_bytes = 0;  // blocks that the data file has
    std::uint64_t free_bytes = 0;  // of the file system, for us
    std::uint64_t disk_bytes = 0;  // of the file system
};
// StoreFailed.
[[nodiscard]] Result<DiskRoom> disk_room(MDB_env* environment);

[[nodiscard]] Result<std::vector<StoreReader>> list_readers(MDB_env* environment);

// Pages that hold something or that a reader still sees: all that were ever written but the free
// ones. `reading`: a read transaction of the newest state.
[[nodiscard]] Result<std::uint64_t> taken_pages(MDB_env* environment, MDB_txn* reading);

// Keeps `reserve` bytes behind the newest page on disk before they are needed. Resource type.
class ReservedBlocks {
  public:
    // REQUIRES: before the first transaction. A reserve of 0: no blocks are ever taken.
    [[nodiscard]] Status begin(MDB_env* environment, std::uint64_t reserve);
    // Takes more blocks where the newest page has come near the end of those taken. A full disk is
    // no error here: is_short() says it. StoreFailed: the disk failed.
    [[nodiscard]] Status keep(MDB_env* environment);
    [[nodiscard]] std::uint64_t reserve() const { return reserve_; }
    // The disk did not give the blocks: nothing new may be taken.
    [[nodiscard]] bool is_short() const { return short_; }

  private:
    std::uint64_t reserve_ = 0;
    std::uint64_t taken_ = 0;  // bytes of the file that have blocks
    bool blocks_ = false;      // the file system can take blocks in advance
    bool short_ = false;
};

}  // namespace chapar::storage::lmdb
