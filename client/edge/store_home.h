// The device's store: LMDB in HOME/store, with the client's tables.
//
// Errors: as storage::LmdbStore::open (StoreInUse: another chapar uses this home).
#pragma once

#include <filesystem>
#include <memory>

#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

[[nodiscard]] Result<std::unique_ptr<storage::Store>> open_store(
    const std::filesystem::path& directory);

}  // namespace chapar::client
