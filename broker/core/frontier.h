// The right edge of the ledger's tree, in memory: what the next entry and the next root need.
//
// Owns: for each level the open buffer, that is the children and the interior nodes of the one tile
// that is not closed yet; and what the newest leaf says about its successors (`Tip`). Does not know
// the store, leaf bytes, keys or what an entry means.
//
// Value type, about 16 KiB per level: a tick works on a copy and swaps it in only after the commit
// has succeeded, so an aborted transaction leaves nothing behind. After an error of
// append_entries() or seal_tick() the copy is thrown away with its transaction.
//
// Roots and tiles depend on the sequence of leaves alone, never on where ticks began and ended.
// Source: ledger page 2.3 steps 3, 4 and 7; RFC 6962 2.1.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "broker/core/tile_geometry.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"

namespace chapar::broker {

using TileSlots = std::array<Hash, kTileNodes>;

struct ClosedTile {
    TileName name;
    TileSlots nodes;
};

// What the newest leaf fixes for its successor. All of it is in that leaf, so a restart finds it
// again there.
struct Tip {
    EntryIndex last_directory;  // the newest entry whose kind is neither MSG nor LADDER; 0 if none
    TimeMs time;                // of the newest leaf, rounded down to 1 s
    ProcessEpoch epoch;         // of the newest leaf
    auto operator<=>(const Tip&) const = default;
};

// The roots of the complete subtrees that a prefix of the tree consists of: the smallest state from
// which a root follows. seal_tick keeps one as its second way to the root, in code that shares
// nothing with the tiles.
class CompactRange {
  public:
    [[nodiscard]] std::uint64_t size() const { return size_; }
    void push(const Hash& leaf);
    // A whole subtree of 2^height leaves. REQUIRES: size() is a multiple of 2^height.
    void push_subtree(unsigned height, const Hash& root);
    // Of no leaves: SHA256("").
    [[nodiscard]] Hash root() const;
    bool operator==(const CompactRange&) const = default;

  private:
    std::uint64_t size_ = 0;
    std::vector<Hash>
        peaks_;  // the largest first; bit i of size_ is set where one of 2^i leaves is
};

class Frontier {
  public:
    [[nodiscard]] TreeSize size() const { return TreeSize(size_); }
    // The index of the entry that is appended next.
    [[nodiscard]] EntryIndex next_index() const { return EntryIndex(size_); }
    [[nodiscard]] const Tip& tip() const { return tip_; }

    // Takes in the next leaf; returns the tiles that it closes, lowest level first (none for 255 of
    // 256 leaves). REQUIRES: size() < limits::kLedgerEntries.
    [[nodiscard]] std::vector<ClosedTile> push(const Hash& leaf, const Tip& tip);
    // Of no entries: SHA256("").
    [[nodiscard]] Hash root() const;

    // A complete node right of all closed tiles; null if it is not complete or lies in one.
    [[nodiscard]] const Hash* open_node(unsigned height, std::uint64_t position) const;

    // What seal_tick has checked so far.
    [[nodiscard]] const CompactRange& sealed() const { return sealed_; }
    void set_sealed(CompactRange range) { sealed_ = std::move(range); }

    // The frontier whose open tiles hold these children, level by level, all of it sealed.
    // REQUIRES: less than 256 on each level, and at least one on the highest.
    [[nodiscard]] static Frontier rebuild(const std::vector<std::vector<Hash>>& children,
                                          const Tip& tip);

    bool operator==(const Frontier&) const = default;

  private:
    // Cells at and past the fill are zero, so that equal frontiers have equal bytes.
    struct OpenTile {
        std::array<Hash, kTileWidth> children{};
        TileSlots nodes{};
        bool operator==(const OpenTile&) const = default;
    };
    // Enters child number `position` of the open tile, with the nodes that it completes.
    static void enter(OpenTile& tile, std::uint64_t position, const Hash& child);

    std::uint64_t size_ = 0;
    std::vector<OpenTile> levels_;
    Tip tip_;
    CompactRange sealed_;
};

}  // namespace chapar::broker
