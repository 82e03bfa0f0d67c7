// The tree over entries as they are exported: tiles as they close, and proofs out of tiles.
//
// Owns: the open tiles, at most 255 hashes a level. Does not know where tiles are kept: they go out
// and come back through functions. RFC 9162; tiles as in export_layout.h.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/export_layout.h"

namespace chapar::storage {

class ExportTree {
  public:
    using PutTile = std::function<Status(const TileRef&, std::span<const Hash>)>;

    // Hands out each tile that this leaf closes, level by level.
    [[nodiscard]] Status push(const Hash& leaf, const PutTile& put);
    // Hands out the partial tiles of the tree as it is.
    [[nodiscard]] Status put_partial(const PutTile& put) const;

    [[nodiscard]] std::uint64_t size() const { return size_; }
    // Roots of the perfect subtrees, largest first.
    [[nodiscard]] std::vector<Hash> peaks() const;
    [[nodiscard]] Hash root() const;

  private:
    std::array<std::vector<Hash>, kTileLevels> open_;
    std::uint64_t size_ = 0;
};

// The hashes of a tile; those of a partial one up to its width.
using GetTile = std::function<Result<std::vector<Hash>>(const TileRef&)>;
// The path from the tree's first `older` leaves to all `size`, whose tiles `get` knows.
// REQUIRES: 0 < older <= size.
[[nodiscard]] Result<std::vector<Hash>> path_from_tiles(std::uint64_t older, std::uint64_t size,
                                                        const GetTile& get);

}  // namespace chapar::storage
