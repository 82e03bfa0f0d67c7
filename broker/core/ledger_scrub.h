// Hashing stored tiles again: for the tick's self-check, the start, and the background scrub.
//
// Owns: the comparison of one closed tile with what it was made from, its leaves (level 0) or the
// roots of the tiles below. Does not know when to scrub: a caller walks all tiles of all levels,
// one per short transaction, and stops on the first damage.
//
// A tree in which every tile passes, and whose root open_ledger found right, is right in every bit.
// Source: ledger page 2.12 (bit flip).
#pragma once

#include <vector>

#include "broker/core/frontier.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// The first `count` of the hashes that the tile's lowest nodes are made from: those of its leaf
// records, or the roots of the tiles below. LedgerDamaged where one is missing.
[[nodiscard]] Result<std::vector<Hash>> read_children(const storage::ReadTxn& txn,
                                                      const TileName& tile, std::uint64_t count);

// LedgerDamaged unless the stored tile is exactly what its children give. 511 hashes at level 0,
// 255 above. REQUIRES: the tile is closed.
[[nodiscard]] Status check_tile(const storage::ReadTxn& txn, const TileName& tile);

}  // namespace chapar::broker
