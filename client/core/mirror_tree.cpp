#include "client/core/mirror_tree.h"

#include <bit>

#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"
#include "crypto/leaf.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

constexpr unsigned kTileHeight = 8;

Bytes node_key(unsigned height, std::uint64_t position) {
    return LayoutWriter().u8(static_cast<std::uint8_t>(height)).u64(position).take();
}

Result<Hash> leaf_at(const storage::ReadTxn& txn, std::uint64_t index) {
    const ByteView row = CHAPAR_TRY(mirror_leaf(txn, EntryIndex(index)));
    return crypto::stored_leaf_hash(row);
}

// A complete subtree of 2^height leaves.
Result<Hash> node_at(const storage::ReadTxn& txn, unsigned height, std::uint64_t position) {
    if (height == 0) return leaf_at(txn, position);
    if (height % kTileHeight == 0) {
        const auto row = CHAPAR_TRY(txn.get(tables::kMirrorNodes, node_key(height, position)));
        const auto hash = row ? Hash::from(*row) : std::nullopt;
        if (!hash) return Error(Errc::StoreDamaged, "mirror.node");
        return *hash;
    }
    const Hash left = CHAPAR_TRY(node_at(txn, height - 1, 2 * position));
    return crypto::node_hash(left, CHAPAR_TRY(node_at(txn, height - 1, 2 * position + 1)));
}

// The subtree over [begin, begin + count), as RFC 9162 splits it. REQUIRES: count > 0, and begin is
// a multiple of the largest power of two that is not above count.
Result<Hash> range_at(const storage::ReadTxn& txn, std::uint64_t begin, std::uint64_t count) {
    const std::uint64_t left = std::bit_floor(count);
    const auto height = static_cast<unsigned>(std::countr_zero(left));
    const Hash first = CHAPAR_TRY(node_at(txn, height, begin >> height));
    if (left == count) return first;
    return crypto::node_hash(first, CHAPAR_TRY(range_at(txn, begin + left, count - left)));
}

}  // namespace

Hash TreePeaks::root() const {
    if (peaks.empty()) return crypto::sha256({});
    Hash root = peaks.back();
    for (std::size_t i = peaks.size() - 1; i-- > 0;) root = crypto::node_hash(peaks[i], root);
    return root;
}

Status push_leaf(storage::Txn& txn, TreePeaks& tree, const Hash& leaf) {
    Hash node = leaf;
    unsigned height = 0;
    for (std::uint64_t rest = tree.size; (rest & 1) != 0; rest >>= 1) {
        node = crypto::node_hash(tree.peaks.back(), node);
        tree.peaks.pop_back();
        ++height;
        if (height % kTileHeight == 0) {
            CHAPAR_TRY(
                txn.put(tables::kMirrorNodes, node_key(height, tree.size >> height), node.view()));
        }
    }
    tree.peaks.push_back(node);
    ++tree.size;
    return Done{};
}

Status drop_nodes(storage::Txn& txn, std::uint64_t index) {
    const auto ones = static_cast<unsigned>(std::countr_one(index));
    for (unsigned height = kTileHeight; height <= ones; height += kTileHeight) {
        CHAPAR_TRY(txn.erase(tables::kMirrorNodes, node_key(height, index >> height)));
    }
    return Done{};
}

Result<std::vector<Hash>> inclusion_path(const storage::ReadTxn& txn, std::uint64_t index,
                                         std::uint64_t size) {
    std::vector<Hash> path;  // from the root down, turned at the end
    std::uint64_t begin = 0;
    std::uint64_t count = size;
    while (count > 1) {
        const std::uint64_t left = std::bit_floor(count - 1);
        if (index < begin + left) {
            path.push_back(CHAPAR_TRY(range_at(txn, begin + left, count - left)));
            count = left;
        } else {
            path.push_back(CHAPAR_TRY(range_at(txn, begin, left)));
            begin += left;
            count -= left;
        }
    }
    std::ranges::reverse(path);
    return path;
}

}  // namespace chapar::client
