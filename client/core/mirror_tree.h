// The Merkle tree over a mirror's leaves, as far as it is stored.
//
// Owns: which nodes are kept (complete subtrees of 256, 65,536, .. leaves) and how any other is
// made from them and the leaves. Does not know heads or what a leaf says. Inside ledger_mirror.
// Source: RFC 9162 2.1.
#pragma once

#include <cstdint>
#include <vector>

#include "client/core/ledger_mirror.h"

namespace chapar::client {

// One more leaf; writes the nodes that it completes.
[[nodiscard]] Status push_leaf(storage::Txn& txn, TreePeaks& tree, const Hash& leaf);
// The nodes that leaf `index` completed go, when it is dropped.
[[nodiscard]] Status drop_nodes(storage::Txn& txn, std::uint64_t index);
// From the leaf's sibling up. REQUIRES: index < size, and so many leaves are stored.
[[nodiscard]] Result<std::vector<Hash>> inclusion_path(const storage::ReadTxn& txn,
                                                       std::uint64_t index, std::uint64_t size);

}  // namespace chapar::client
