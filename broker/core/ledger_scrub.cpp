#include "broker/core/ledger_scrub.h"

#include "broker/core/ledger_read.h"
#include "broker/core/ledger_tables.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"

namespace chapar::broker {

namespace {

Result<Hash> child_hash(const storage::ReadTxn& txn, const TileName& tile, std::uint64_t at) {
    const std::uint64_t position = tile.number * kTileWidth + at;
    if (tile.level == 0) {
        const auto leaf = CHAPAR_TRY(txn.get(kLeafTable, number_key(position)));
        if (!leaf) return Error(Errc::LedgerDamaged, "a leaf is missing");
        return crypto::stored_leaf_hash(*leaf);
    }
    const TileName below{tile.level - 1, position};
    const auto nodes = CHAPAR_TRY(txn.get(kTileTable, below.key()));
    if (!nodes || nodes->size() != kTileBytes) {
        return Error(Errc::LedgerDamaged, "a tile is missing");
    }
    return *Hash::from(nodes->last(Hash::kSize));
}

}  // namespace

Result<std::vector<Hash>> read_children(const storage::ReadTxn& txn, const TileName& tile,
                                        std::uint64_t count) {
    CHAPAR_ASSERT(count <= kTileWidth);
    std::vector<Hash> children;
    children.reserve(count);
    for (std::uint64_t at = 0; at < count; ++at) {
        children.push_back(CHAPAR_TRY(child_hash(txn, tile, at)));
    }
    return children;
}

Status check_tile(const storage::ReadTxn& txn, const TileName& tile) {
    const auto stored = CHAPAR_TRY(txn.get(kTileTable, tile.key()));
    if (!stored || stored->size() != kTileBytes) {
        return Error(Errc::LedgerDamaged, "a tile is missing");
    }
    // Height by height, not by binary carry: a second way to the same nodes.
    std::vector<Hash> below = CHAPAR_TRY(read_children(txn, tile, kTileWidth));
    for (unsigned height = 1; height <= kTileHeight; ++height) {
        std::vector<Hash> row;
        for (std::size_t at = 0; at + 1 < below.size(); at += 2) {
            row.push_back(crypto::node_hash(below[at], below[at + 1]));
            const std::size_t slot = tile_slot(height, row.size() - 1);
            if (!equal(stored->subspan(slot * Hash::kSize, Hash::kSize), row.back().view())) {
                return Error(Errc::LedgerDamaged, "a tile contradicts its leaves");
            }
        }
        below = std::move(row);
    }
    return Done{};
}

Status check_bodies(const storage::ReadTxn& txn, const crypto::LedgerKeys& keys,
                    const TileName& tile) {
    CHAPAR_ASSERT(tile.level == 0);
    for (std::uint64_t index = tile.first_leaf(); index < tile.end(); ++index) {
        const auto opened = open_entry(txn, keys, EntryIndex(index));
        const bool fits =
            opened || is_gone(opened.error().code) || opened.error().code == Errc::LedgerKeyMissing;
        if (!fits) return opened.error();
    }
    return Done{};
}

std::uint64_t count_tiles(TreeSize size) {
    std::uint64_t count = 0;
    for (unsigned level = 0; level < kTileLevels; ++level) count += closed_tiles(level, size.value);
    return count;
}

std::optional<TileName> tile_after(const TileName& tile, TreeSize size) {
    TileName next{tile.level, tile.number + 1};
    if (next.number >= closed_tiles(next.level, size.value)) next = {tile.level + 1, 0};
    const bool there = next.level < kTileLevels && closed_tiles(next.level, size.value) > 0;
    return there ? std::optional(next) : std::nullopt;
}

}  // namespace chapar::broker
