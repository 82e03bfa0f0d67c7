// Hashing stored tiles again: for the tick's self-check, the start, and the background scrub.
//
// Owns: the comparison of one closed tile with what it was made from, its leaves (level 0) or the
// roots of the tiles below; the order of a walk over all tiles. Does not know when to scrub: a
// caller takes one tile per short transaction, and stops on the first damage (edge/scrubber.h).
//
// A tree in which every tile passes, and whose root open_ledger found right, is right in every bit.
// Source: ledger page 2.12 (bit flip).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/core/frontier.h"
#include "crypto/ledger_keys.h"
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

// LedgerDamaged unless the bodies of a tile's entries are what their leaves commit to, as far as
// they can be opened. REQUIRES: level 0, closed.
[[nodiscard]] Status check_bodies(const storage::ReadTxn& txn, const crypto::LedgerKeys& keys,
                                  const TileName& tile);

// Closed tiles of all levels.
[[nodiscard]] std::uint64_t count_tiles(TreeSize size);
// The tile after this one: level by level, each from its first tile on; empty after the last.
[[nodiscard]] std::optional<TileName> tile_after(const TileName& tile, TreeSize size);

}  // namespace chapar::broker
