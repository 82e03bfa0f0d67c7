#include "crypto/verify/layout.h"

#include "crypto/verify/entry.h"

namespace verify {

std::string name_of(const Tile& tile) {
    return tile_name("tile/" + std::to_string(tile.level), tile.number, tile.width);
}

bool for_each_tile(const Range& range, const std::function<bool(const Tile&)>& use) {
    for (unsigned level = 0; level < 7 && range.end >> (8 * level) > 0; ++level) {
        const unsigned shift = 8 * (level + 1);
        for (std::uint64_t n = range.start >> shift; n < range.end >> shift; ++n) {
            if (!use({level, n, kTileWidth})) return false;
        }
        const std::uint64_t width = (range.end >> (8 * level)) % kTileWidth;
        if (range.ends_tree() && width > 0 && !use({level, range.end >> shift, width})) {
            return false;
        }
    }
    return true;
}

bool for_each_bundle(const Range& range,
                     const std::function<bool(std::uint64_t, std::uint64_t)>& use) {
    for (std::uint64_t first = range.start; first < range.end; first += kTileWidth) {
        if (!use(first / kTileWidth, std::min(kTileWidth, range.end - first))) return false;
    }
    return true;
}

bool for_each_member(const MemberList& list, const std::function<bool(const std::string&)>& use) {
    std::vector<std::string> head{"FORMAT.txt", "manifest", "vkey"};
    if (list.policy) head.emplace_back("policy");
    head.emplace_back("checkpoint");
    if (list.range.start > 0) head.insert(head.end(), {"previous", "consistency"});
    if (!list.range.ends_tree()) head.emplace_back("onward");
    if (!std::all_of(head.begin(), head.end(), use)) return false;
    if (!for_each_tile(list.range, [&](const Tile& tile) { return use(name_of(tile)); })) {
        return false;
    }
    for (const char* folder : {"tile/entries", "body"}) {
        const auto bundle = [&](std::uint64_t number, std::uint64_t width) {
            return use(tile_name(folder, number, width));
        };
        if (!for_each_bundle(list.range, bundle)) return false;
    }
    return std::all_of(list.notes.begin(), list.notes.end(),
                       [&](std::uint64_t size) { return use("cp/" + std::to_string(size)); });
}

}  // namespace verify
