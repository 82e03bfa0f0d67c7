#include "crypto/verify/tiles.h"

#include <bit>

namespace verify {

std::optional<std::vector<Hash>> read_tile(Archive& archive, const Tile& tile) {
    const auto bytes = archive.read(name_of(tile));
    if (!bytes || bytes->size() != 32 * tile.width) return std::nullopt;
    std::vector<Hash> out(tile.width);
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(32 * i), 32, out[i].begin());
    }
    return out;
}

void TileRules::start_from(std::uint64_t size, const RunningRoot& peaks) {
    root_ = peaks;
    // The peaks of a level's open tile are those of the digits of its place in `size`.
    std::size_t at = peaks.peaks().size();
    for (unsigned i = 0; i < levels_.size(); ++i) {
        Level& level = levels_.at(i);
        level = {{}, size >> (8 * i) & 255, {}};
        const auto count = static_cast<std::size_t>(std::popcount(level.unknown));
        at -= count;
        const auto begin = peaks.peaks().begin() + static_cast<std::ptrdiff_t>(at);
        level.unknown_peaks.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
}

// The known hashes stand in the tile behind the unknown ones, and those lead to their peaks.
bool TileRules::fits(const Level& level, const std::vector<Hash>& tile) const {
    if (tile.size() != level.unknown + level.hashes.size()) return false;
    const auto known = tile.begin() + static_cast<std::ptrdiff_t>(level.unknown);
    RunningRoot before;
    std::for_each(tile.begin(), known, [&](const Hash& hash) { before.push(hash); });
    return before.peaks() == level.unknown_peaks &&
           std::equal(known, tile.end(), level.hashes.begin());
}

void TileRules::push(Archive& archive, unsigned level, Hash hash) {
    for (; level < levels_.size(); ++level) {
        Level& open = levels_.at(level);
        open.hashes.push_back(hash);
        if (open.unknown + open.hashes.size() < kTileWidth) return;
        const Tile tile{level, (root_.size() >> (8 * (level + 1))) - 1, kTileWidth};
        const auto hashes = read_tile(archive, tile);
        if (!hashes || !fits(open, *hashes)) {
            match.fail(name_of(tile) + " is not made of the tiles below it");
        }
        if (hashes) hash = tile_root(*hashes);
        open = {};
    }
}

void TileRules::take(Archive& archive, const Range& range, const std::vector<Hash>& hashes,
                     const std::optional<Hash>& root) {
    if (hashes.size() == kTileWidth) {
        const Hash above = root.value_or(tile_root(hashes));
        root_.push_subtree(above, 8);
        push(archive, 1, above);
        return;
    }
    if (root_.size() + hashes.size() != range.size) match.fail("a tile has not its width");
    for (const Hash& hash : hashes) root_.push(hash);
}

void TileRules::finish(Archive& archive, const Range& range, const Hash& expected) {
    for (unsigned level = 1; level < levels_.size(); ++level) {
        const Level& open = levels_.at(level);
        const std::uint64_t width = open.unknown + open.hashes.size();
        if (width == 0) continue;
        const Tile tile{level, range.end >> (8 * (level + 1)), width};
        const auto hashes = read_tile(archive, tile);
        if (!hashes || !fits(open, *hashes)) {
            match.fail(name_of(tile) + " is not made of the tiles below it");
        }
    }
    if (root_.root() != expected) match.fail("the tiles lead to another root");
}

}  // namespace verify
