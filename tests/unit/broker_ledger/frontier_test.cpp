#include "broker/core/frontier.h"

#include <doctest/doctest.h>

#include "crypto/sha256.h"
#include "crypto/tree.h"

using namespace chapar;
using broker::CompactRange;
using broker::Frontier;

namespace {

Hash synthetic_leaf(std::uint64_t index) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&index);
    return crypto::sha256(ByteView(bytes, sizeof index));
}
std::vector<Hash> synthetic_leaves(std::uint64_t count) {
    std::vector<Hash> leaves;
    for (std::uint64_t at = 0; at < count; ++at) leaves.push_back(synthetic_leaf(at));
    return leaves;
}

}  // namespace

TEST_CASE("the root of every size up to 1,100 is that of RFC 6962") {
    const std::vector<Hash> leaves = synthetic_leaves(1100);
    Frontier frontier;
    CompactRange range;
    CHECK(frontier.root() == crypto::tree_root({}));
    for (std::size_t at = 0; at < leaves.size(); ++at) {
        (void)frontier.push(leaves[at], {});
        range.push(leaves[at]);
        const Hash reference = crypto::tree_root(std::span(leaves).first(at + 1));
        REQUIRE(frontier.root() == reference);
        REQUIRE(range.root() == reference);
    }
    CHECK(frontier.size() == TreeSize(1100));
}

TEST_CASE("roots around 65,536, where a second level closes, are those of RFC 6962") {
    const std::vector<Hash> leaves = synthetic_leaves(66'500);
    Frontier frontier;
    for (std::size_t at = 0; at < leaves.size(); ++at) {
        (void)frontier.push(leaves[at], {});
        const std::size_t size = at + 1;
        const bool sampled = (size >= 65'533 && size <= 65'539) || size == 65'280 ||
                             size == 65'791 || size == 65'792 || size == 66'500;
        if (sampled) {
            REQUIRE(frontier.root() == crypto::tree_root(std::span(leaves).first(size)));
        }
    }
}

TEST_CASE("a tile closes with every 256th child, the lower level first") {
    Frontier frontier;
    std::uint64_t closed_low = 0;
    for (std::uint64_t at = 0; at < 65'536; ++at) {
        const auto closed = frontier.push(synthetic_leaf(at), {});
        const std::size_t expected = at == 65'535 ? 2 : (at % 256 == 255 ? 1 : 0);
        REQUIRE(closed.size() == expected);
        if (!closed.empty()) REQUIRE(closed[0].name == broker::TileName{0, closed_low++});
        if (closed.size() == 2) REQUIRE(closed[1].name == broker::TileName{1, 0});
    }
}

TEST_CASE("a closed tile holds every interior node of its subtree, lowest row first") {
    const std::vector<Hash> leaves = synthetic_leaves(256);
    Frontier frontier;
    std::vector<broker::ClosedTile> closed;
    for (const Hash& leaf : leaves) closed = frontier.push(leaf, {});
    REQUIRE(closed.size() == 1);
    std::size_t slot = 0;
    for (std::size_t width = 2; width <= 256; width *= 2) {
        for (std::size_t begin = 0; begin < 256; begin += width) {
            REQUIRE(closed[0].nodes[slot++] ==
                    crypto::tree_root(std::span(leaves).subspan(begin, width)));
        }
    }
    CHECK(slot == broker::kTileNodes);
}

TEST_CASE("keys of tiles grow in the order in which tiles close") {
    Frontier frontier;
    std::array<std::byte, 8> last{};
    for (std::uint64_t at = 0; at < 66'000; ++at) {
        for (const auto& tile : frontier.push(synthetic_leaf(at), {})) {
            REQUIRE(last < tile.name.key());
            last = tile.name.key();
        }
    }
}

TEST_CASE("the place of a node is inside the tile whose leaves it covers") {
    CHECK(broker::place_of(1, 0) == broker::NodePlace{{0, 0}, 0});
    CHECK(broker::place_of(8, 3) == broker::NodePlace{{0, 3}, 254});
    CHECK(broker::place_of(9, 128) == broker::NodePlace{{1, 1}, 0});
    CHECK(broker::place_of(16, 1) == broker::NodePlace{{1, 1}, 254});
    CHECK(broker::place_of(2, 64) == broker::NodePlace{{0, 1}, 128});
}
