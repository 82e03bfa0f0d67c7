// Which members an export of given entries has, in their order. Source: FORMAT.txt; tiles as in
// c2sp.org/tlog-tiles.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace verify {

constexpr std::uint64_t kTileWidth = 256, kSegment = 65'536;

// Entries [start, end) of a tree of `size`.
struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t size = 0;
    bool ends_tree() const { return end == size; }
};

struct Tile {
    unsigned level = 0;
    std::uint64_t number = 0;
    std::uint64_t width = kTileWidth;
};
std::string name_of(const Tile& tile);

// Until `use` returns false.
bool for_each_tile(const Range& range, const std::function<bool(const Tile&)>& use);
// "tile/entries" or "body": `use(number, width)`.
bool for_each_bundle(const Range& range,
                     const std::function<bool(std::uint64_t, std::uint64_t)>& use);

struct MemberList {
    Range range;
    bool policy = false;
    std::vector<std::uint64_t> notes;  // sizes of cp/ members, ascending
};
// Every name but SHA256SUMS, in the order of the archive, until `use` returns false.
bool for_each_member(const MemberList& list, const std::function<bool(const std::string&)>& use);

}  // namespace verify
