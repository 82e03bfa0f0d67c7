// Subtree cases, as far as they are proofs that we make and read; and the geometry of tiles.
#include <doctest/doctest.h>

#include <bit>

#include "crypto/tree.h"
#include "storage/export_layout.h"
#include "unit/crypto_records/ledger_vectors.h"

namespace chapar::testing {
namespace {

using namespace crypto;

// A subtree begins at a multiple of the smallest power of two that holds it.
bool is_subtree(std::uint64_t start, std::uint64_t end) {
    constexpr std::uint64_t kMost = 1ULL << 63;
    return start < end && end - start <= kMost && start % std::bit_ceil(end - start) == 0;
}

struct Case {
    std::uint64_t start, end;
    std::optional<Hash> leaf, root;
    std::optional<std::vector<Hash>> path;
};

}  // namespace

TEST_CASE("inclusion in a subtree is inclusion in a tree of its own") {
    const std::string name = "merkle/subtreeinclusion.json";
    const boost::json::value cases = ledger_json(name);
    for (const auto& test : cases.as_array()) {
        CAPTURE(json_text(test, "file"));
        const Case c{json_number(test, "start"), json_number(test, "end"),
                     json_hash(test.at("leafHash")), json_hash(test.at("root")),
                     json_path(test.at("proof"))};
        const std::uint64_t index = json_number(test, "leafIdx");
        const bool holds =
            is_subtree(c.start, c.end) && index >= c.start && c.leaf && c.root && c.path &&
            check_inclusion(*c.leaf, index - c.start, c.end - c.start, *c.path, *c.root)
                .has_value();
        CHECK(holds == !test.at("wantErr").as_bool());
        ledger_vectors().count(name);
    }
}

TEST_CASE("consistency of a subtree that begins at 0 is consistency of a tree") {
    const std::string name = "merkle/subtreeconsistency.json";
    const boost::json::value cases = ledger_json(name);
    for (const auto& test : cases.as_array()) {
        if (json_number(test, "start") != 0 || json_number(test, "end") == 0) continue;
        CAPTURE(json_text(test, "file"));
        const auto old_root = json_hash(test.at("root1"));
        const auto new_root = json_hash(test.at("root2"));
        const auto path = json_path(test.at("proof"));
        const bool holds = old_root && new_root && path &&
                           check_consistency(json_number(test, "end"), *old_root,
                                             json_number(test, "size"), *new_root, *path)
                               .has_value();
        CHECK(holds == !test.at("wantErr").as_bool());
        ledger_vectors().count(name);
    }
}

TEST_CASE("tiles have the paths and widths of the tlog-tiles specification") {
    const std::string name = "tiles-geometry.json";
    const boost::json::value file = ledger_json(name);
    for (const auto& test : file.at("paths").as_array()) {
        CHECK(storage::tile_name("", json_number(test, "index"), storage::kTileWidth) ==
              "/" + json_text(test, "path"));
        ledger_vectors().count(name);
    }
    for (const auto& tree : file.at("sizes").as_array()) {
        const std::uint64_t size = json_number(tree, "tree_size");
        std::map<unsigned, std::pair<std::uint64_t, std::uint64_t>> levels;  // full, partial
        storage::for_each_tile({0, size, size}, [&](const storage::TileRef& tile) {
            auto& [full, partial] = levels[tile.level];
            if (tile.width == storage::kTileWidth) {
                ++full;
            } else {
                partial = tile.width;
            }
            return true;
        });
        CHECK(levels.size() == tree.at("levels").as_array().size());
        for (const auto& level : tree.at("levels").as_array()) {
            const auto& [full, partial] =
                levels[static_cast<unsigned>(json_number(level, "level"))];
            CHECK(full == json_number(level, "full"));
            CHECK(partial == json_number(level, "partial_width"));
            ledger_vectors().count(name);
        }
    }
}

}  // namespace chapar::testing
