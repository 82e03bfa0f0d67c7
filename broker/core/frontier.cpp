#include "broker/core/frontier.h"

#include <bit>

#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::broker {

void CompactRange::push(const Hash& leaf) { push_subtree(0, leaf); }

void CompactRange::push_subtree(unsigned height, const Hash& root) {
    CHAPAR_ASSERT((size_ & ((1ULL << height) - 1)) == 0);
    Hash carried = root;
    for (std::uint64_t rest = size_ >> height; (rest & 1) != 0; rest >>= 1) {
        carried = crypto::node_hash(peaks_.back(), carried);
        peaks_.pop_back();
    }
    peaks_.push_back(carried);
    size_ += 1ULL << height;
}

Hash CompactRange::root() const {
    if (peaks_.empty()) return crypto::sha256(ByteView());
    Hash root = peaks_.back();
    for (std::size_t at = peaks_.size() - 1; at-- > 0;) {
        root = crypto::node_hash(peaks_[at], root);
    }
    return root;
}

void Frontier::enter(OpenTile& tile, std::uint64_t position, const Hash& child) {
    tile.children[position] = child;
    Hash node = child;
    const Hash* left = position == 0 ? nullptr : &tile.children[position - 1];
    for (unsigned height = 1; (position & 1) != 0; ++height) {
        node = crypto::node_hash(*left, node);
        position >>= 1;
        tile.nodes[tile_slot(height, position)] = node;
        if (position != 0) left = &tile.nodes[tile_slot(height, position - 1)];
    }
}

std::vector<ClosedTile> Frontier::push(const Hash& leaf, const Tip& tip) {
    CHAPAR_ASSERT(size_ < limits::kLedgerEntries);
    std::vector<ClosedTile> closed;
    Hash child = leaf;
    for (unsigned level = 0;; ++level) {
        if (level == levels_.size()) levels_.emplace_back();
        const std::uint64_t position = open_children(level, size_);
        enter(levels_[level], position, child);
        if (position + 1 < kTileWidth) break;
        closed.push_back({{level, closed_tiles(level, size_)}, levels_[level].nodes});
        child = levels_[level].nodes[kTileRootSlot];
        levels_[level] = OpenTile();
    }
    ++size_;
    tip_ = tip;
    return closed;
}

Hash Frontier::root() const {
    std::optional<Hash> right;
    for (unsigned level = 0; level < levels_.size(); ++level) {
        const std::uint64_t filled = open_children(level, size_);
        for (unsigned bit = 0; bit < kTileHeight; ++bit) {
            if ((filled >> bit & 1) == 0) continue;
            // The complete subtree of 2^bit children ends where its larger neighbours begin.
            const std::uint64_t position = (filled >> bit) - 1;
            const Hash& peak = bit == 0 ? levels_[level].children[position]
                                        : levels_[level].nodes[tile_slot(bit, position)];
            right = right ? crypto::node_hash(peak, *right) : peak;
        }
    }
    return right ? *right : crypto::sha256(ByteView());
}

const Hash* Frontier::open_node(unsigned height, std::uint64_t position) const {
    if (height > kTileLevels * kTileHeight || position >= size_ >> height) return nullptr;
    // The node at the top of a tile is also a child of the level above, which is open longer.
    const unsigned level = height / kTileHeight;
    const unsigned inside = height % kTileHeight;
    if (level >= levels_.size()) return nullptr;
    const std::uint64_t tile = position >> (kTileHeight - inside);
    if (tile != closed_tiles(level, size_)) return nullptr;
    const std::uint64_t place = position & ((kTileWidth >> inside) - 1);
    return inside == 0 ? &levels_[level].children[place]
                       : &levels_[level].nodes[tile_slot(inside, place)];
}

Frontier Frontier::rebuild(const std::vector<std::vector<Hash>>& children, const Tip& tip) {
    Frontier frontier;
    frontier.levels_.resize(children.size());
    for (unsigned level = 0; level < children.size(); ++level) {
        CHAPAR_ASSERT(children[level].size() < kTileWidth);
        for (std::size_t at = 0; at < children[level].size(); ++at) {
            enter(frontier.levels_[level], at, children[level][at]);
        }
        frontier.size_ |= static_cast<std::uint64_t>(children[level].size())
                          << (kTileHeight * level);
    }
    CHAPAR_ASSERT(children.empty() || !children.back().empty());
    for (std::size_t level = children.size(); level-- > 0;) {
        for (const Hash& child : children[level]) {
            frontier.sealed_.push_subtree(static_cast<unsigned>(kTileHeight * level), child);
        }
    }
    frontier.tip_ = tip;
    return frontier;
}

}  // namespace chapar::broker
