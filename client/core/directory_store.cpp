#include "client/core/directory_store.h"

#include "client/core/store_keys.h"

namespace chapar::client::directory_store {
namespace {

Result<StoredRecord> read_here(const storage::Cursor& cursor) {
    return StoredRecord{EntryIndex(number_at_end(cursor.key())),
                        CHAPAR_TRY(crypto::SignedRecord::decode(cursor.value()))};
}

}  // namespace

Status put(storage::Txn& txn, const storage::Table& table, ByteView name, EntryIndex index,
           const crypto::SignedRecord& record) {
    return txn.put(table, numbered_key(name, index.value), record.encode());
}

Result<std::optional<StoredRecord>> newest_before(const storage::ReadTxn& txn,
                                                  const storage::Table& table, ByteView name,
                                                  EntryIndex position) {
    const auto cursor = txn.cursor(table);
    CHAPAR_TRY(cursor->seek_before(numbered_key(name, position.value)));
    if (!cursor->at_record() || cursor->key().size() != name.size() + 8 ||
        !starts_with(cursor->key(), name)) {
        return std::optional<StoredRecord>();
    }
    return std::optional(CHAPAR_TRY(read_here(*cursor)));
}

Result<std::vector<StoredRecord>> versions(const storage::ReadTxn& txn, const storage::Table& table,
                                           ByteView name) {
    std::vector<StoredRecord> found;
    const auto cursor = txn.cursor(table);
    CHAPAR_TRY(cursor->seek(name));
    while (cursor->at_record() && starts_with(cursor->key(), name)) {
        found.push_back(CHAPAR_TRY(read_here(*cursor)));
        CHAPAR_TRY(cursor->next());
    }
    return found;
}

}  // namespace chapar::client::directory_store
