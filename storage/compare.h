// One hash over the contents of tables, so that the states of two stores can be compared.
//
// Owns: what is hashed. Does not know which store it reads: levels, checksums and the layout of
// pages do not enter, so equal contents give equal digests in every implementation. For tests, and
// for a replay that is held against the state it should rebuild; it is no signed format.
#pragma once

#include <span>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::storage {

// SHA-256 over each table in the order given: u8 n || name[n], then for each record in key order
// u8 k || key[k] || u32 v || value[v], then one zero byte (no key is empty). Reads every record:
// StoreDamaged and VersionUnknown as from a cursor.
[[nodiscard]] Result<Hash> digest(const ReadTxn& txn, std::span<const Table> tables);

}  // namespace chapar::storage
