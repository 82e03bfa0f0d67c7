// A consistent copy of a store that another process may be using.
//
// Owns: one snapshot of the whole environment, written without its free pages. Does not know what
// is stored, nor what a backup is. Takes no lock that a running owner of the store holds
// (DIR/lock), and none that its writer waits for: the copy is read by one transaction. As long as
// it runs no page that was freed since is used again, so the data file of a busy store grows
// meanwhile.
//
// Does not use the memory of what it copies: pages go from the map to the file, a few at a time.
// Source: lmdb.h 0.9.24, mdb_env_copyfd2 with MDB_CP_COMPACT.
#pragma once

#include <filesystem>

#include "schemas/base/result.h"

namespace chapar::storage {

// Writes the file `to` (0600, synced; its folder is the caller's to sync). What stands in it is one
// committed state, newer than everything that was committed before the call.
// REQUIRES: this process has not opened the store `from` (LMDB would lose the locks of both).
// Errors: NotFound (no store there), AlreadyExists (`to`), FileFailed, StoreFull (the disk of
// `to`), StoreDamaged, VersionUnknown, StoreFailed. After an error `to` is not there.
[[nodiscard]] Status copy_store(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace chapar::storage
