// Merkle trees as in RFC 9162: roots, inclusion and consistency proofs, made and checked.
//
// Owns: the arithmetic. Does not know what the leaves are or where they are kept. Leaf
// SHA256(00 || leaf), node SHA256(01 || left || right). Paths run from the leaf upward. Nothing
// here allocates by a number from outside: a proof is as long as what was received.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

[[nodiscard]] Hash leaf_hash(ByteView leaf);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

// A tree in memory: all levels, so that many paths cost little.
class Tree {
  public:
    explicit Tree(std::vector<Hash> leaf_hashes);

    [[nodiscard]] std::uint64_t size() const { return levels_.front().size(); }
    // Of no leaves: SHA256("").
    [[nodiscard]] Hash root() const;
    // REQUIRES: index < size().
    [[nodiscard]] std::vector<Hash> inclusion_path(std::uint64_t index) const;

  private:
    std::vector<std::vector<Hash>> levels_;
};

[[nodiscard]] Hash tree_root(std::span<const Hash> leaf_hashes);

// The root that the path leads to; empty unless the path has exactly the length (index, size)
// demands.
[[nodiscard]] std::optional<Hash> root_from_path(const Hash& leaf, std::uint64_t index,
                                                 std::uint64_t size, std::span<const Hash> path);
// ProofInvalid unless the leaf is at `index` in the tree of `size` leaves with this root.
[[nodiscard]] Status check_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                     std::span<const Hash> path, const Hash& root);

// Proof that the first old_size leaves are a prefix, in the order of RFC 9162 2.1.4. Empty if
// old_size is 0 or all. REQUIRES: old_size <= leaf_hashes.size().
[[nodiscard]] std::vector<Hash> consistency_path(std::span<const Hash> leaf_hashes,
                                                 std::uint64_t old_size);
// ProofInvalid unless the old tree is a prefix of the new one. From size 0 everything follows, by
// an empty path.
[[nodiscard]] Status check_consistency(std::uint64_t old_size, const Hash& old_root,
                                       std::uint64_t new_size, const Hash& new_root,
                                       std::span<const Hash> path);

}  // namespace chapar::crypto
