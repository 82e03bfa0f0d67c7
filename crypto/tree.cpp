#include "crypto/tree.h"

#include <array>
#include <bit>

#include "crypto/sha256.h"

namespace chapar::crypto {
namespace {

constexpr std::array<std::byte, 1> kLeaf{std::byte{0}};
constexpr std::array<std::byte, 1> kNode{std::byte{1}};

// Largest power of two below n. REQUIRES: n >= 2.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

std::vector<Hash> level_above(const std::vector<Hash>& level) {
    std::vector<Hash> above;
    above.reserve((level.size() + 1) / 2);
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
        above.push_back(node_hash(level[i], level[i + 1]));
    }
    if (level.size() % 2 == 1) above.push_back(level.back());
    return above;
}

// Whether the old tree is this very subtree, whose root the verifier knows (the flag b of SUBPROOF,
// RFC 9162 2.1.4.1).
enum class Subtree : bool { Other, OldTree };

void add_subproof(std::span<const Hash> leaves, std::uint64_t old_size, Subtree subtree,
                  std::vector<Hash>& path) {
    const std::uint64_t size = leaves.size();
    if (old_size == size) {
        if (subtree == Subtree::Other) path.push_back(tree_root(leaves));
        return;
    }
    const std::uint64_t k = split(size);
    if (old_size <= k) {
        add_subproof(leaves.first(k), old_size, subtree, path);
        path.push_back(tree_root(leaves.subspan(k)));
    } else {
        add_subproof(leaves.subspan(k), old_size - k, Subtree::Other, path);
        path.push_back(tree_root(leaves.first(k)));
    }
}

struct BothRoots {
    Hash old_root;
    Hash new_root;
};

// Climbs a consistency proof from its first node (RFC 9162 2.1.4.2, steps 5 and 6).
std::optional<BothRoots> climb(std::uint64_t fn, std::uint64_t sn, const Hash& start,
                               std::span<const Hash> path) {
    BothRoots roots{start, start};
    for (const Hash& node : path) {
        if (sn == 0) return std::nullopt;
        if (fn % 2 == 1 || fn == sn) {
            roots.old_root = node_hash(node, roots.old_root);
            roots.new_root = node_hash(node, roots.new_root);
            while (fn % 2 == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            roots.new_root = node_hash(roots.new_root, node);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (sn != 0) return std::nullopt;
    return roots;
}

}  // namespace

Hash leaf_hash(ByteView leaf) { return sha256({kLeaf, leaf}); }

Hash node_hash(const Hash& left, const Hash& right) {
    return sha256({kNode, left.view(), right.view()});
}

Tree::Tree(std::vector<Hash> leaf_hashes) {
    levels_.push_back(std::move(leaf_hashes));
    while (levels_.back().size() > 1) levels_.push_back(level_above(levels_.back()));
}

Hash Tree::root() const {
    return levels_.back().empty() ? sha256(ByteView()) : levels_.back().front();
}

std::vector<Hash> Tree::inclusion_path(std::uint64_t index) const {
    CHAPAR_ASSERT(index < size());
    std::vector<Hash> path;
    for (const std::vector<Hash>& level : levels_) {
        const std::uint64_t sibling = index ^ 1;
        if (sibling < level.size()) path.push_back(level[sibling]);
        index >>= 1;
    }
    return path;
}

Hash tree_root(std::span<const Hash> leaf_hashes) {
    if (leaf_hashes.size() == 1) return leaf_hashes.front();
    return Tree({leaf_hashes.begin(), leaf_hashes.end()}).root();
}

std::optional<Hash> root_from_path(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                   std::span<const Hash> path) {
    if (index >= size) return std::nullopt;
    Hash hash = leaf;
    std::uint64_t last = size - 1;
    for (const Hash& node : path) {
        if (last == 0) return std::nullopt;
        if (index % 2 == 1 || index == last) {
            hash = node_hash(node, hash);
            // A node without a sibling rises unchanged.
            while (index % 2 == 0 && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, node);
        }
        index >>= 1;
        last >>= 1;
    }
    if (last != 0) return std::nullopt;
    return hash;
}

Status check_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                       std::span<const Hash> path, const Hash& root) {
    if (root_from_path(leaf, index, size, path) != root) return Errc::ProofInvalid;
    return Done{};
}

std::vector<Hash> consistency_path(std::span<const Hash> leaf_hashes, std::uint64_t old_size) {
    CHAPAR_ASSERT(old_size <= leaf_hashes.size());
    std::vector<Hash> path;
    if (old_size == 0) return path;
    add_subproof(leaf_hashes, old_size, Subtree::OldTree, path);
    return path;
}

Status check_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t new_size,
                         const Hash& new_root, std::span<const Hash> path) {
    if (old_size > new_size) return Errc::ProofInvalid;
    if (old_size == 0 || old_size == new_size) {
        const bool same =
            old_size == new_size ? old_root == new_root : old_root == sha256(ByteView());
        return path.empty() && same ? Status(Done{}) : Status(Errc::ProofInvalid);
    }
    if (path.empty()) return Errc::ProofInvalid;
    std::uint64_t fn = old_size - 1;
    std::uint64_t sn = new_size - 1;
    while (fn % 2 == 1) {
        fn >>= 1;
        sn >>= 1;
    }
    // An old tree that is a complete subtree starts the climb itself and is not in the path.
    const bool complete = std::has_single_bit(old_size);
    const Hash start = complete ? old_root : path.front();
    const auto roots = climb(fn, sn, start, complete ? path : path.subspan(1));
    if (!roots || roots->old_root != old_root || roots->new_root != new_root) {
        return Errc::ProofInvalid;
    }
    return Done{};
}

}  // namespace chapar::crypto
