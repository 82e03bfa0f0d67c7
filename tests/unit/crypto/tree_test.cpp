#include <doctest/doctest.h>

#include "crypto/sha256.h"
#include "crypto/tree.h"

namespace chapar::testing {

using namespace crypto;

namespace {

std::vector<Hash> leaves(std::size_t count) {
    std::vector<Hash> out;
    for (std::size_t i = 0; i < count; ++i) {
        const std::array<std::byte, 2> leaf{static_cast<std::byte>(i >> 8),
                                            static_cast<std::byte>(i)};
        out.push_back(leaf_hash(leaf));
    }
    return out;
}

// RFC 9162 2.1.1, as it is written there.
Hash root_by_definition(std::span<const Hash> all) {
    if (all.empty()) return sha256(ByteView());
    if (all.size() == 1) return all.front();
    std::size_t k = 1;
    while (2 * k < all.size()) k *= 2;
    return node_hash(root_by_definition(all.first(k)), root_by_definition(all.subspan(k)));
}

}  // namespace

TEST_CASE("roots are those of the definition") {
    for (std::size_t n = 0; n <= 70; ++n)
        CHECK(tree_root(leaves(n)) == root_by_definition(leaves(n)));
}

TEST_CASE("each leaf is proven at its index and at no other") {
    for (std::uint64_t n = 1; n <= 33; ++n) {
        const Tree tree(leaves(n));
        for (std::uint64_t i = 0; i < n; ++i) {
            const std::vector<Hash> path = tree.inclusion_path(i);
            const Hash leaf = leaves(n)[i];
            CHECK(check_inclusion(leaf, i, n, path, tree.root()));
            for (std::uint64_t j = 0; j < n + 2; ++j) {
                CHECK(check_inclusion(leaf, j, n, path, tree.root()).has_value() == (i == j));
            }
        }
    }
}

TEST_CASE("a path of another length is refused") {
    for (std::uint64_t n = 1; n <= 20; ++n) {
        const Tree tree(leaves(n));
        for (std::uint64_t i = 0; i < n; ++i) {
            std::vector<Hash> path = tree.inclusion_path(i);
            path.push_back(leaf_hash(view("more")));
            CHECK_FALSE(root_from_path(leaves(n)[i], i, n, path).has_value());
            path.pop_back();
            if (path.empty()) continue;
            path.pop_back();
            CHECK_FALSE(root_from_path(leaves(n)[i], i, n, path).has_value());
        }
    }
}

TEST_CASE("the sizes that an index and a path fit are those with the same depth") {
    const Tree tree(leaves(5));
    // Index 4 of 5 hangs directly under the root; in a tree of 6 it needs two nodes.
    CHECK(tree.inclusion_path(4).size() == 1);
    CHECK_FALSE(root_from_path(leaves(5)[4], 4, 6, tree.inclusion_path(4)).has_value());
    CHECK_FALSE(root_from_path(leaves(5)[4], 0, 0, {}).has_value());
}

TEST_CASE("every tree is proven to begin with each smaller one") {
    for (std::uint64_t n = 0; n <= 40; ++n) {
        const std::vector<Hash> all = leaves(n);
        for (std::uint64_t m = 0; m <= n; ++m) {
            const Hash old_root = tree_root(std::span(all).first(m));
            std::vector<Hash> path = consistency_path(all, m);
            CHECK(check_consistency(m, old_root, n, tree_root(all), path));
            path.push_back(old_root);
            CHECK_FALSE(check_consistency(m, old_root, n, tree_root(all), path));
        }
    }
}

TEST_CASE("a rewritten past has no consistency proof") {
    std::vector<Hash> all = leaves(23);
    for (std::uint64_t m = 1; m < 23; ++m) {
        const Hash old_root = tree_root(std::span(all).first(m));
        std::vector<Hash> rewritten = all;
        rewritten[m - 1] = leaf_hash(view("rewritten"));
        const auto path = consistency_path(rewritten, m);
        CHECK_FALSE(check_consistency(m, old_root, 23, tree_root(rewritten), path));
    }
    CHECK_FALSE(check_consistency(5, tree_root(all), 4, tree_root(all), {}));
}

TEST_CASE("each node of a consistency proof counts") {
    const std::vector<Hash> all = leaves(21);
    for (std::uint64_t m = 1; m < 21; ++m) {
        const Hash old_root = tree_root(std::span(all).first(m));
        const std::vector<Hash> path = consistency_path(all, m);
        for (std::size_t i = 0; i < path.size(); ++i) {
            std::vector<Hash> changed = path;
            changed[i].bytes[0] ^= std::byte{1};
            CHECK_FALSE(check_consistency(m, old_root, 21, tree_root(all), changed));
            std::vector<Hash> shorter(path.begin(), path.end() - 1);
            CHECK_FALSE(check_consistency(m, old_root, 21, tree_root(all), shorter));
        }
    }
}

}  // namespace chapar::testing
