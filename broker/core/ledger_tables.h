// The ledger's tables in the store, and the head row.
//
// Owns: table names, keys and the layout of the head row. Does not know the content of leaves and
// bodies (crypto/leaf.h, crypto/entry_body.h) or who writes when (ledger_append.h).
//
//     table   key                          value
//     leaf    u64 index                    the leaf, as hashed into the tree; pruned: its tombstone
//     body    u64 index                    the stored body: sealed for MSG and POLICY, else clear;
//                                          pruned: empty
//     tile    u64 end << 3 | level         255 interior nodes of a closed 256-wide subtree
//     bucket  ledger key name[32]          u64 index of the KEY entry that opened it
//     shredded  ledger key name[32]        u64 index of its SHRED entry
//     prune   u64 0                        u64: pruned entries below it are tombstones already
//     head    u64 0                        u64 size || root[32] || u32 epoch, unsigned
//     cp      u64 size                     a published, cosigned note; written by the edge
//
// All numbers big-endian. leaf, body and tile are Raw: a wrong byte in them contradicts the tree
// (bodies: the commitment in their leaf). The others carry the store's checksum.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

inline constexpr storage::Table kLeafTable{"leaf", storage::Framing::Raw};
inline constexpr storage::Table kBodyTable{"body", storage::Framing::Raw};
inline constexpr storage::Table kTileTable{"tile", storage::Framing::Raw};
inline constexpr storage::Table kBucketTable{"bucket"};
inline constexpr storage::Table kShreddedTable{"shredded"};
inline constexpr storage::Table kPruneTable{"prune"};
inline constexpr storage::Table kHeadTable{"head"};
inline constexpr storage::Table kCheckpointTable{"cp"};

// For the list of tables a store is opened with.
inline constexpr std::array<storage::Table, 8> kLedgerTables{
    kLeafTable,     kBodyTable,  kTileTable, kBucketTable,
    kShreddedTable, kPruneTable, kHeadTable, kCheckpointTable};

[[nodiscard]] constexpr std::array<std::byte, 8> number_key(std::uint64_t number) {
    std::array<std::byte, 8> key{};
    for (std::size_t at = key.size(); at-- > 0; number >>= 8) {
        key[at] = static_cast<std::byte>(number);
    }
    return key;
}

// What a commit leaves behind, before anything is signed. Value type.
struct LedgerHead {
    TreeSize size;
    Hash root;
    ProcessEpoch epoch;  // of the newest entry
    auto operator<=>(const LedgerHead&) const = default;
};

// Empty in a store without any entry. LedgerDamaged if the row is no head.
[[nodiscard]] Result<std::optional<LedgerHead>> read_head(const storage::ReadTxn& txn);
[[nodiscard]] Status write_head(storage::Txn& txn, const LedgerHead& head);

}  // namespace chapar::broker
