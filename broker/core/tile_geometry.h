// Where a node of the ledger's tree lies: the arithmetic of tiles, and nothing else.
//
// The tree is RFC 6962's. Its leaves are grouped by 256; a CLOSED group is one tile of level 0 that
// holds the 255 interior nodes of its subtree. The roots of 256 neighbouring tiles are the children
// of one tile of the next level, and so on. Leaf hashes are not in tiles: they are derived again
// from the leaf records, so that a tile is 8,160 bytes and takes exactly two pages of the store.
//
// A node's absolute height is 0 for leaves; node (height, position) covers the leaves
// [position << height, (position + 1) << height). Inside a tile, heights are 1..8.
//
// Owns: slot and key arithmetic. Does not know hashes or the store. Pure; every function is total
// within its REQUIRES. Source: ledger page 2.3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "schemas/base/assert.h"

namespace chapar::broker {

constexpr unsigned kTileHeight = 8;
constexpr std::uint64_t kTileWidth = 1ULL << kTileHeight;
constexpr std::size_t kTileNodes = kTileWidth - 1;
constexpr std::size_t kTileBytes = kTileNodes * 32;
// limits::kLedgerEntries needs no more: 256^7 = 2^56.
constexpr unsigned kTileLevels = 7;

// Slot of the interior node of height 1..8 at `position` (in its own tile, from the left).
constexpr std::size_t tile_slot(unsigned height, std::uint64_t position) {
    CHAPAR_ASSERT(height >= 1 && height <= kTileHeight);
    CHAPAR_ASSERT(position < (kTileWidth >> height));
    return static_cast<std::size_t>(kTileWidth - (1ULL << (9 - height)) + position);
}
constexpr std::size_t kTileRootSlot = kTileNodes - 1;

// One tile: number `number` (from 0) among those of its level.
struct TileName {
    unsigned level = 0;
    std::uint64_t number = 0;

    // How many leaves one tile of this level spans.
    [[nodiscard]] constexpr std::uint64_t span() const {
        return 1ULL << (kTileHeight * (level + 1));
    }
    [[nodiscard]] constexpr std::uint64_t first_leaf() const { return number * span(); }
    // One past the last leaf: the size of the tree at which the tile closes.
    [[nodiscard]] constexpr std::uint64_t end() const { return (number + 1) * span(); }
    // The key of the tile's record, big-endian. Grows in the order in which tiles close.
    [[nodiscard]] std::array<std::byte, 8> key() const;
    auto operator<=>(const TileName&) const = default;
};

// An interior node: which tile, and which slot in it. REQUIRES: height >= 1.
struct NodePlace {
    TileName tile;
    std::size_t slot = 0;
    auto operator<=>(const NodePlace&) const = default;
};
[[nodiscard]] NodePlace place_of(unsigned height, std::uint64_t position);

// The number of tiles of `level` that are closed in a tree of `size` leaves.
[[nodiscard]] constexpr std::uint64_t closed_tiles(unsigned level, std::uint64_t size) {
    return size >> (kTileHeight * (level + 1));
}
// The number of children in the open tile of `level` in a tree of `size` leaves.
[[nodiscard]] constexpr std::uint64_t open_children(unsigned level, std::uint64_t size) {
    return (size >> (kTileHeight * level)) & (kTileWidth - 1);
}

}  // namespace chapar::broker
