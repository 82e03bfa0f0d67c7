// The store's own table: what a store says about itself before any other record is read.
//
//     "checksum-key"  16 random bytes, drawn when the store is made (framing.h)
//     "level"         a framed record: u32 big-endian, the level of the whole store
//
// Owns: this table and its two records. Does not know how a store is opened. Pure.
#pragma once

#include <cstdint>

#include "crypto/checksum.h"
#include "storage/store.h"

namespace chapar::storage {

constexpr Table kMetaTable{"meta", Framing::Raw};
// Raised when tables or keys change in a way that an older program would misread.
constexpr std::uint32_t kStoreLevel = 1;

// Writes both records into an empty store.
[[nodiscard]] Status create_meta(Txn& txn, const crypto::ChecksumKey& fresh_key);
// The checksum key of the store. StoreDamaged if a record is missing or damaged, VersionUnknown if
// the store's level is higher than kStoreLevel.
[[nodiscard]] Result<crypto::ChecksumKey> read_meta(const ReadTxn& txn);

}  // namespace chapar::storage
