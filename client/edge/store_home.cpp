#include "client/edge/store_home.h"

#include "client/core/tables.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::client {

Result<std::unique_ptr<storage::Store>> open_store(const std::filesystem::path& directory) {
    auto store = CHAPAR_TRY(storage::LmdbStore::open(directory, tables::kAll));
    return std::unique_ptr<storage::Store>(std::move(store));
}

}  // namespace chapar::client
