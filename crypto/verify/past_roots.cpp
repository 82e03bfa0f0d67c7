#include "crypto/verify/past_roots.h"

namespace verify {

const std::vector<Hash>* PastRoots::tile(unsigned level, std::uint64_t number) {
    Open& open = open_.at(level);
    if (open.number != number) {
        const std::uint64_t nodes = range_.end >> (8 * level), before = number * kTileWidth;
        const std::uint64_t width = std::min(kTileWidth, nodes - std::min(nodes, before));
        auto hashes = read_tile(archive_, {level, number, width});
        if (!hashes || width == 0) return nullptr;
        open = {number, std::move(*hashes)};
    }
    return &open.hashes;
}

bool PastRoots::step(std::uint64_t size) {
    const std::uint64_t at = root_.size(), left = size - at;
    const bool above = at % kTileWidth == 0 && left >= kTileWidth;
    const unsigned level = above ? 1 : 0;
    const std::uint64_t node = at >> (8 * level);
    const auto* hashes = tile(level, node / kTileWidth);
    if (hashes == nullptr) return false;
    if (above && at % kSegment == 0 && left >= kSegment) {
        root_.push_subtree(tile_root(*hashes), 16);
        return true;
    }
    if (node % kTileWidth >= hashes->size()) return false;
    root_.push_subtree(hashes->at(node % kTileWidth), 8 * level);
    return true;
}

std::optional<Hash> PastRoots::at(std::uint64_t size) {
    if (size < root_.size() || size > range_.end) return std::nullopt;
    while (root_.size() < size) {
        if (!step(size)) return std::nullopt;
    }
    return root_.root();
}

}  // namespace verify
