// Names and numbers of an export: which tiles and bundles an archive of given entries has.
//
// Pure. Tiles are those of c2sp.org/tlog-tiles: 256 wide, a partial one only at the right edge.
// Layout: storage/README.md, "Export".
#pragma once

#include <cstdint>
#include <string>

#include "schemas/base/limits.h"

namespace chapar::storage {

constexpr std::uint64_t kTileWidth = 256;
constexpr unsigned kTileLevels = 8;
constexpr std::size_t kTombstoneBytes = 33;  // 00 || leaf hash, where a pruned leaf stood

// "tile/0/x001/234.p/5": groups of three digits, the width of a partial one behind it.
[[nodiscard]] std::string tile_name(const std::string& folder, std::uint64_t number,
                                    std::uint64_t width);

struct TileRef {
    unsigned level = 0;
    std::uint64_t number = 0;
    std::uint64_t width = kTileWidth;
    [[nodiscard]] std::string name() const {
        return tile_name("tile/" + std::to_string(level), number, width);
    }
};

// Entries [start, end) of a tree of `size`. An end below the size is the end of a segment.
struct ExportRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t size = 0;
};

// Calls `use(TileRef) -> bool` in the order of the archive until it returns false: the full tiles
// that are completed in the range, and where the range ends the tree, its partial ones.
template <typename Use>
bool for_each_tile(const ExportRange& range, Use use) {
    for (unsigned level = 0; level < kTileLevels && range.end >> (8 * level) > 0; ++level) {
        const unsigned shift = 8 * (level + 1);
        const auto above = [&](std::uint64_t n) { return shift < 64 ? n >> shift : 0; };
        for (std::uint64_t n = above(range.start); n < above(range.end); ++n) {
            if (!use(TileRef{level, n, kTileWidth})) return false;
        }
        const std::uint64_t width = range.end >> (8 * level) & (kTileWidth - 1);
        if (range.end == range.size && width > 0 && !use(TileRef{level, above(range.end), width})) {
            return false;
        }
    }
    return true;
}

// The bundles of the range, likewise: `use(number, width) -> bool`.
template <typename Use>
bool for_each_bundle(const ExportRange& range, Use use) {
    for (std::uint64_t first = range.start; first < range.end; first += kTileWidth) {
        const std::uint64_t left = range.end - first;
        if (!use(first / kTileWidth, left < kTileWidth ? left : kTileWidth)) return false;
    }
    return true;
}

}  // namespace chapar::storage
