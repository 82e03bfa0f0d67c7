// The tree of an export by its tiles alone: their root, and that the upper ones are made of the
// lower ones. Beside the tree over the entries, so that a changed tile and a changed entry are told
// apart.
//
// Memory: at most 255 hashes a level.
#pragma once

#include <array>
#include <vector>

#include "crypto/verify/archive.h"
#include "crypto/verify/layout.h"
#include "crypto/verify/tree.h"
#include "crypto/verify/verdict.h"

namespace verify {

// The hashes of a tile; empty unless it has its width.
std::optional<std::vector<Hash>> read_tile(Archive& archive, const Tile& tile);

class TileRules {
  public:
    // Goes on behind `peaks` of another tree, whose own tiles are not known.
    void start_from(std::uint64_t size, const RunningRoot& peaks);
    // The next tile of the bottom level; `root` if the caller knows its root already.
    void take(Archive& archive, const Range& range, const std::vector<Hash>& hashes,
              const std::optional<Hash>& root);
    // At the end of the tree: its partial tiles.
    void finish(Archive& archive, const Range& range, const Hash& expected);

    Judge match{"tiles.match"};

  private:
    struct Level {
        std::vector<Hash> hashes;   // of the open tile
        std::uint64_t unknown = 0;  // how many stand before them that nobody showed yet
        std::vector<Hash> unknown_peaks;
    };
    void push(Archive& archive, unsigned level, Hash hash);
    bool fits(const Level& level, const std::vector<Hash>& tile) const;

    RunningRoot root_;
    std::array<Level, 7> levels_;
};

}  // namespace verify
