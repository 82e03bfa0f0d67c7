#include "broker/core/ledger_nodes.h"

#include <bit>

#include "broker/core/ledger_tables.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"

namespace chapar::broker {

Result<Hash> NodeReader::node(unsigned height, std::uint64_t position) {
    if (const Hash* open = frontier_.open_node(height, position)) return *open;
    if (height == 0) {
        const auto leaf = CHAPAR_TRY(txn_.get(kLeafTable, number_key(position)));
        if (!leaf) return Error(Errc::LedgerDamaged, "a leaf is missing");
        return crypto::stored_leaf_hash(*leaf);
    }
    const NodePlace place = place_of(height, position);
    auto known = tiles_.find(place.tile);
    if (known == tiles_.end()) {
        const auto tile = CHAPAR_TRY(txn_.get(kTileTable, place.tile.key()));
        if (!tile || tile->size() != kTileBytes) {
            return Error(Errc::LedgerDamaged, "a tile is missing");
        }
        known = tiles_.emplace(place.tile, *tile).first;
    }
    return *Hash::from(known->second.subspan(place.slot * Hash::kSize, Hash::kSize));
}

Result<Hash> NodeReader::range_root(LeafRange range) {
    CHAPAR_ASSERT(range.begin < range.end && range.end <= frontier_.size().value);
    std::optional<Hash> right;
    // The lengths of the complete subtrees are the set bits of the range's length, the smallest at
    // its right end.
    for (std::uint64_t end = range.end; end > range.begin;) {
        const auto height = static_cast<unsigned>(std::countr_zero(end - range.begin));
        end -= 1ULL << height;
        const Hash peak = CHAPAR_TRY(node(height, end >> height));
        right = right ? crypto::node_hash(peak, *right) : peak;
    }
    return *right;
}

}  // namespace chapar::broker
