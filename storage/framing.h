// How a framed record is stored, byte by byte: the same for every implementation of Store.
//
//     0 u8 level | 1 u64 big-endian checksum | 9 value
//     checksum = crypto::checksum(key, u8 level || u8 n || table name[n] || u8 k || record key[k]
//                                      || value)
//
// Owns: this layout. Does not know where records are kept, or what is in them. Pure.
//
// The checksum guards against rot and misplaced pages: it covers table and key, so a record found
// in the wrong place fails too. It is no guard against an attacker who can write the file: the key
// lies beside the data (meta.h). What must withstand the operator is hashed into the ledger tree.
//
// The nine bytes stay as they are at every level; the level speaks of the value. So a flipped level
// is damage, and a higher level under a right checksum is a record of a newer program.
#pragma once

#include <cstdint>

#include "crypto/checksum.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::storage {

// The level this program writes, and the highest it reads.
constexpr std::uint8_t kRecordLevel = 1;
constexpr std::size_t kFrameOverhead = 9;

// The stored form of a record of `table`: framed, or the value itself if the table is Raw.
// Overwrites `out`, so that a writer can use one buffer again. `value` must not lie in `out`.
void to_stored(Bytes& out, const crypto::ChecksumKey& checksum_key, const Table& table,
               ByteView key, ByteView value, std::uint8_t level = kRecordLevel);

// The value inside a stored record; it borrows `stored`. StoreDamaged, VersionUnknown.
[[nodiscard]] Result<ByteView> from_stored(const crypto::ChecksumKey& checksum_key,
                                           const Table& table, ByteView key, ByteView stored);

}  // namespace chapar::storage
