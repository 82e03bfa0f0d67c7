#include "storage/export_tree.h"

#include <bit>

#include "crypto/sha256.h"
#include "crypto/tree.h"

namespace chapar::storage {
namespace {

class Proof {
  public:
    Proof(std::uint64_t size, const GetTile& get) : size_(size), get_(get) {}

    // SUBPROOF of RFC 9162 2.1.4.1 over leaves [begin, end).
    Status walk(std::uint64_t older, std::uint64_t begin, std::uint64_t end, bool whole) {
        const std::uint64_t width = end - begin;
        if (older == width) {
            if (!whole) path_.push_back(CHAPAR_TRY(subtree(begin, end)));
            return Done{};
        }
        const std::uint64_t middle = begin + std::bit_floor(width - 1);
        if (older <= middle - begin) {
            CHAPAR_TRY(walk(older, begin, middle, whole));
            path_.push_back(CHAPAR_TRY(subtree(middle, end)));
        } else {
            CHAPAR_TRY(walk(older - (middle - begin), middle, end, false));
            path_.push_back(CHAPAR_TRY(subtree(begin, middle)));
        }
        return Done{};
    }
    std::vector<Hash> take() { return std::move(path_); }

  private:
    Result<Hash> subtree(std::uint64_t begin, std::uint64_t end) {
        const std::uint64_t width = end - begin;
        if (std::has_single_bit(width)) return node(begin, width);
        const std::uint64_t middle = begin + std::bit_floor(width - 1);
        const Hash left = CHAPAR_TRY(subtree(begin, middle));
        return crypto::node_hash(left, CHAPAR_TRY(subtree(middle, end)));
    }

    // A perfect subtree is made of neighbours in one tile.
    Result<Hash> node(std::uint64_t begin, std::uint64_t width) {
        const auto height = static_cast<unsigned>(std::countr_zero(width));
        TileRef tile{height / 8, 0, kTileWidth};
        const std::uint64_t first = begin >> (8 * tile.level);
        const std::size_t count = std::size_t{1} << (height % 8);
        tile.number = first / kTileWidth;
        const std::uint64_t there = (size_ >> (8 * tile.level)) - tile.number * kTileWidth;
        if (there < kTileWidth) tile.width = there;
        const std::vector<Hash> hashes = CHAPAR_TRY(get_(tile));
        const std::size_t at = first % kTileWidth;
        if (at + count > hashes.size()) return Error(Errc::ExportIncomplete, tile.name());
        return crypto::tree_root(std::span<const Hash>(hashes).subspan(at, count));
    }

    std::uint64_t size_;
    const GetTile& get_;
    std::vector<Hash> path_;
};

}  // namespace

Status ExportTree::push(const Hash& leaf, const PutTile& put) {
    Hash hash = leaf;
    const std::uint64_t number = size_++;
    for (unsigned level = 0; level < kTileLevels; ++level) {
        std::vector<Hash>& tile = open_.at(level);
        tile.push_back(hash);
        if (tile.size() < kTileWidth) return Done{};
        CHAPAR_TRY(put(TileRef{level, number >> (8 * (level + 1)), kTileWidth}, tile));
        hash = crypto::tree_root(tile);
        tile.clear();
    }
    return Error(Errc::TooLarge, "ledger");
}

Status ExportTree::put_partial(const PutTile& put) const {
    for (unsigned level = 0; level < kTileLevels; ++level) {
        const std::vector<Hash>& tile = open_.at(level);
        if (tile.empty()) continue;
        const std::uint64_t number = level + 1 < 8 ? size_ >> (8 * (level + 1)) : 0;
        CHAPAR_TRY(put(TileRef{level, number, tile.size()}, tile));
    }
    return Done{};
}

std::vector<Hash> ExportTree::peaks() const {
    std::vector<Hash> out;
    for (unsigned level = kTileLevels; level-- > 0;) {
        std::span<const Hash> rest = open_.at(level);
        while (!rest.empty()) {
            const std::size_t width = std::bit_floor(rest.size());
            out.push_back(crypto::tree_root(rest.first(width)));
            rest = rest.subspan(width);
        }
    }
    return out;
}

Hash ExportTree::root() const {
    std::vector<Hash> rest = peaks();
    if (rest.empty()) return crypto::sha256({});
    Hash root = rest.back();
    for (rest.pop_back(); !rest.empty(); rest.pop_back()) {
        root = crypto::node_hash(rest.back(), root);
    }
    return root;
}

Result<std::vector<Hash>> path_from_tiles(std::uint64_t older, std::uint64_t size,
                                          const GetTile& get) {
    CHAPAR_ASSERT(older > 0 && older <= size);
    Proof proof(size, get);
    CHAPAR_TRY(proof.walk(older, 0, size, true));
    return proof.take();
}

}  // namespace chapar::storage
