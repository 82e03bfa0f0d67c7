// Roots of the tree at sizes that it has passed, from the tiles of one archive.
//
// For a second reading: the tiles must have been found to be those of the entries before. Borrows
// the archive. Memory: two tiles. Reads at most two tiles for each size asked for.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "crypto/verify/tiles.h"

namespace verify {

class PastRoots {
  public:
    // `start`: the tree before the archive's first entry.
    PastRoots(Archive& archive, const Range& range, RunningRoot start)
        : archive_(archive), range_(range), root_(std::move(start)) {}
    // Empty if a tile is missing or of another width. Sizes must not descend, and lie within the
    // archive.
    std::optional<Hash> at(std::uint64_t size);

  private:
    struct Open {
        std::optional<std::uint64_t> number;
        std::vector<Hash> hashes;
    };
    // Goes on by the largest known subtree that does not pass `size`.
    bool step(std::uint64_t size);
    const std::vector<Hash>* tile(unsigned level, std::uint64_t number);

    Archive& archive_;
    Range range_;
    RunningRoot root_;
    std::array<Open, 2> open_;  // by level
};

}  // namespace verify
