// How the replica's records lie in their tables: every version of a record under its name and the
// index of the entry that logged it.
//
// Owns: these layouts and look-ups. Does not know what makes a record acceptable
// (directory_replica.cpp). For directory_replica.cpp and directory_view.cpp only.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "crypto/record.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client::directory_store {

struct StoredRecord {
    EntryIndex index;
    crypto::SignedRecord record;
};

[[nodiscard]] Status put(storage::Txn& txn, const storage::Table& table, ByteView name,
                         EntryIndex index, const crypto::SignedRecord& record);
// The newest version of `name` logged before `position`.
[[nodiscard]] Result<std::optional<StoredRecord>> newest_before(const storage::ReadTxn& txn,
                                                                const storage::Table& table,
                                                                ByteView name, EntryIndex position);
// The newest version of every name in the table, by name. REQUIRES: its names end with a zero byte.
[[nodiscard]] Result<std::vector<StoredRecord>> newest_of_all(const storage::ReadTxn& txn,
                                                              const storage::Table& table);
// All versions, oldest first.
[[nodiscard]] Result<std::vector<StoredRecord>> versions(const storage::ReadTxn& txn,
                                                         const storage::Table& table,
                                                         ByteView name);

// Later than every entry.
constexpr EntryIndex kNow{~std::uint64_t{0}};

// Names in the state table.
constexpr std::string_view kNextAsk = "next";
constexpr std::string_view kSyncedAt = "synced-at";
constexpr std::string_view kLedgerTime = "ledger-time";
constexpr std::string_view kForeignBundle = "foreign-bundle";  // index of the newest
constexpr std::string_view kLatestTime = "latest-time";        // epochs.cpp
constexpr std::string_view kFetchedTo = "fetched-to";          // epochs.cpp

}  // namespace chapar::client::directory_store
