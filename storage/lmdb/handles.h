// RAII owners of what the LMDB store holds from C libraries: environment, transaction, cursor, file
// descriptor, and the lock on the directory.
//
// Own one handle each. Do not know what is stored. Thread: as LMDB says for the handle.
#pragma once

#include <lmdb.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "schemas/base/result.h"

namespace chapar::storage::lmdb {

struct CloseEnvironment {
    void operator()(MDB_env* environment) const { mdb_env_close(environment); }
};
struct AbortTransaction {
    void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
struct CloseCursor {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;
using Transaction = std::unique_ptr<MDB_txn, AbortTransaction>;
// REQUIRES: closed before its transaction ends (LMDB frees those of a writer itself).
using CursorHandle = std::unique_ptr<MDB_cursor, CloseCursor>;

class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor();
    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

  private:
    int descriptor_ = -1;
};

// Takes the exclusive lock DIR/lock; it is held as long as the descriptor is open. StoreInUse if
// another process, or another store of this one, holds it. FileFailed.
[[nodiscard]] Result<FileDescriptor> lock_directory(const std::filesystem::path& directory);

// Makes the names in a directory durable. FileFailed.
[[nodiscard]] Status sync_directory(const std::filesystem::path& directory);

// Opens the environment of a store beside its owner, to be read only. Takes no lock of ours.
// NotFound, and what to_error() makes of LMDB's codes.
[[nodiscard]] Result<Environment> open_to_read(const std::filesystem::path& directory);

// The error that a return code of LMDB (or an errno it passes on) stands for. `what` names the
// call. REQUIRES: code != MDB_SUCCESS.
[[nodiscard]] Error to_error(int code, const char* what);

}  // namespace chapar::storage::lmdb
