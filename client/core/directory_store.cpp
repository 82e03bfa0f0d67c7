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

Result<std::vector<StoredRecord>> newest_of_all(const storage::ReadTxn& txn,
                                                const storage::Table& table) {
    std::vector<StoredRecord> found;
    Bytes name;
    const auto cursor = txn.cursor(table);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        StoredRecord record = CHAPAR_TRY(read_here(*cursor));
        const ByteView here = cursor->key().first(cursor->key().size() - 8);
        if (!found.empty() && equal(here, name)) {
            found.back() = std::move(record);
        } else {
            name = to_bytes(here);
            found.push_back(std::move(record));
        }
    }
    return found;
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
