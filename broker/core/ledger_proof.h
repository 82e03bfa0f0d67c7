// Proofs out of the stored ledger: inclusion paths, consistency paths and past roots, for every
// size the ledger has had.
//
// Owns: which nodes a proof consists of and where they are read: closed tiles, leaf records and the
// frontier's open buffers, with a few hashes at the ragged right edge. Does not know what entries
// mean, who asks or how a proof is written down. Checking is crypto/tree.h's.
//
// The transaction must see at least the entries of the frontier: either the write transaction that
// made them, or a read transaction begun after their commit (one begun later still is fine).
//
// Sizes and indices may come from outside: HeadUnknown for a size beyond the frontier, NotFound for
// an index that the size does not hold. LedgerDamaged if the store lacks a node it must have.
//
// Thread: any; borrows its arguments for the call. Source: RFC 9162 2.1.3, 2.1.4; ledger page 2.3.
#pragma once

#include <vector>

#include "broker/core/frontier.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// The root the ledger had at `size`. Size 0: SHA256("").
[[nodiscard]] Result<Hash> root_at(const storage::ReadTxn& txn, const Frontier& frontier,
                                   TreeSize size);

// From the leaf upward, as long as (index, size) demands.
[[nodiscard]] Result<std::vector<Hash>> inclusion_path(const storage::ReadTxn& txn,
                                                       const Frontier& frontier, EntryIndex index,
                                                       TreeSize size);

// That the tree of `old_size` is a prefix of that of `new_size`; empty if they are equal or
// old_size is 0. NotFound if old_size is greater.
[[nodiscard]] Result<std::vector<Hash>> consistency_path(const storage::ReadTxn& txn,
                                                         const Frontier& frontier,
                                                         TreeSize old_size, TreeSize new_size);

}  // namespace chapar::broker
