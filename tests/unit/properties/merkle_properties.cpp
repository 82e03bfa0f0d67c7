// Merkle trees: every true proof holds at every size, and nothing that was changed by a bit does.
#include "broker/core/frontier.h"
#include "crypto/tree.h"
#include "crypto/verify/tree.h"
#include "tests/unit/properties/property.h"

namespace chapar::testing {
namespace {

using namespace crypto;

// Leaves that differ, their number drawn with the corners of the tree in it.
std::vector<Hash> drawn_leaves(std::uint64_t least) {
    const std::uint64_t near = std::uint64_t{1} << drawn(0, 8);
    const std::uint64_t size =
        std::max(least, drawn(0, 1) == 0 ? drawn(1, 600) : near + drawn(0, 2) - 1);
    std::vector<Hash> out;
    for (std::uint64_t i = 0; i < size; ++i) {
        const auto text = std::to_string(i);
        out.push_back(leaf_hash(view(text)));
    }
    return out;
}

void flip(Hash& hash) {
    hash.bytes[drawn(0, Hash::kSize - 1)] ^= static_cast<std::byte>(1U << drawn(0, 7));
}

// One node more, one less, two exchanged, or a bit turned; empty if the path has nothing to change.
std::optional<std::vector<Hash>> changed(std::vector<Hash> path) {
    const std::uint64_t how = drawn(0, 3);
    if (how == 0) {
        path.insert(path.begin() + static_cast<std::ptrdiff_t>(drawn(0, path.size())),
                    drawn_fixed<Hash>());
        return path;
    }
    if (path.empty()) return std::nullopt;
    const std::size_t at = drawn(0, path.size() - 1);
    if (how == 1) {
        path.erase(path.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (how == 2 && path.front() != path.back()) {
        std::swap(path.front(), path.back());
    } else {
        flip(path[at]);
    }
    return path;
}

}  // namespace

TEST_CASE("a leaf is proven in its place and in no other") {
    holds([] {
        const auto leaves = drawn_leaves(1);
        const Tree tree(leaves);
        const std::uint64_t size = leaves.size();
        const std::uint64_t index = drawn(0, size - 1);
        const auto path = tree.inclusion_path(index);
        RC_ASSERT(check_inclusion(leaves[index], index, size, path, tree.root()).has_value());
        RC_ASSERT(tree.root() == tree_root(leaves));

        const std::uint64_t other = drawn(0, size);
        // Fails if the index does not lead the path.
        if (other != index) {
            RC_ASSERT(!check_inclusion(leaves[index], other, size, path, tree.root()));
            if (other < size) {
                RC_ASSERT(!check_inclusion(leaves[other], index, size, path, tree.root()));
            }
        }
        Hash leaf = leaves[index];
        flip(leaf);
        RC_ASSERT(!check_inclusion(leaf, index, size, path, tree.root()));
        Hash root = tree.root();
        flip(root);
        RC_ASSERT(!check_inclusion(leaves[index], index, size, path, root));
        // Fails if a path may be longer than the size demands.
        if (const auto bad = changed(path)) {
            RC_ASSERT(!check_inclusion(leaves[index], index, size, *bad, tree.root()));
        }
    });
}

TEST_CASE("an old head is proven to be a prefix, and no other head is") {
    holds([] {
        const auto leaves = drawn_leaves(1);
        const std::uint64_t size = leaves.size();
        const std::uint64_t old_size = drawn(1, size);
        const Hash root = tree_root(leaves);
        const Hash old_root = tree_root(std::span(leaves).first(old_size));
        const auto path = consistency_path(leaves, old_size);
        RC_ASSERT(check_consistency(old_size, old_root, size, root, path).has_value());

        Hash wrong_old = old_root;
        flip(wrong_old);
        RC_ASSERT(!check_consistency(old_size, wrong_old, size, root, path));
        Hash wrong_new = root;
        flip(wrong_new);
        RC_ASSERT(!check_consistency(old_size, old_root, size, wrong_new, path));
        const std::uint64_t other = drawn(1, size);
        // Fails if the sizes do not decide how the path is read.
        if (other != old_size) RC_ASSERT(!check_consistency(other, old_root, size, root, path));
        if (const auto bad = changed(path)) {
            RC_ASSERT(!check_consistency(old_size, old_root, size, root, *bad));
        }
        // A history that differs in one old entry.
        if (old_size == size) return;
        auto fork = leaves;
        flip(fork[drawn(0, old_size - 1)]);
        RC_ASSERT(!check_consistency(old_size, old_root, size, tree_root(fork),
                                     consistency_path(fork, old_size)));
    });
}

TEST_CASE("the broker's right edge has the root of the tree at every size") {
    holds(
        [] {
            const auto leaves = drawn_leaves(1);
            broker::Frontier frontier;
            broker::CompactRange range;
            for (const Hash& leaf : leaves) {
                (void)frontier.push(leaf, {});
                range.push(leaf);
            }
            // Fails if a tile that closes takes a node with it.
            RC_ASSERT(frontier.root() == tree_root(leaves));
            RC_ASSERT(range.root() == tree_root(leaves));
        },
        0.5);
}

}  // namespace chapar::testing
