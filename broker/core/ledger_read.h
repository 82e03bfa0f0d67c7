// Reading the ledger back: leaves, bodies, and what a receipt needs of one entry.
//
// Owns: the look-up by index, and the check of each body against its leaf's commitment before it
// leaves the store. Does not know who may read what: callers decide that before they ask.
//
// Errors: NotFound for an index beyond the ledger; EntryPruned where only a leaf's tombstone is
// left; LedgerDamaged where stored bytes contradict themselves. Views live until the transaction's
// next write or its end. Thread: any; borrows its arguments for the call.
#pragma once

#include <vector>

#include "broker/core/frontier.h"
#include "crypto/body_seal.h"
#include "crypto/leaf.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// As stored and exported: the leaf, or its tombstone (crypto/leaf.h).
[[nodiscard]] Result<ByteView> stored_leaf(const storage::ReadTxn& txn, EntryIndex index);
// The bytes that were hashed into the tree.
[[nodiscard]] Result<ByteView> leaf_bytes(const storage::ReadTxn& txn, EntryIndex index);
// The same, read strictly; its index is the one asked for.
[[nodiscard]] Result<crypto::Leaf> read_leaf(const storage::ReadTxn& txn, EntryIndex index);
// As stored and exported: sealed for MSG and POLICY, else clear; empty where it was pruned.
[[nodiscard]] Result<ByteView> stored_body(const storage::ReadTxn& txn, EntryIndex index);

// Gone for good and by rule (EntryShredded, EntryPruned): no damage, and no reason to stop.
[[nodiscard]] constexpr bool is_gone(Errc code) {
    return code == Errc::EntryShredded || code == Errc::EntryPruned;
}

// A body in the clear, with the salt that its leaf commits it under (zero for clear kinds).
struct OpenedBody {
    Bytes body;
    crypto::BodySalt salt;
    bool operator==(const OpenedBody&) const = default;
};
// EntryShredded if the bucket was shredded; LedgerKeyMissing if its secret is not in `keys` though
// it was not.
[[nodiscard]] Result<OpenedBody> open_entry(const storage::ReadTxn& txn,
                                            const crypto::LedgerKeys& keys, EntryIndex index);

// All that a receipt says about one entry, for the root at `size`.
struct ProvenEntry {
    EntryIndex index;
    Bytes leaf;
    std::vector<Hash> path;
    OpenedBody opened;  // empty body and zero salt where it was not asked for
};
// `Body::Withheld` proves the leaf and gives no body: for readers who may know of an entry only
// that it exists.
enum class Body : std::uint8_t { Opened, Withheld };
[[nodiscard]] Result<ProvenEntry> prove_entry(const storage::ReadTxn& txn, const Frontier& frontier,
                                              const crypto::LedgerKeys& keys, EntryIndex index,
                                              TreeSize size, Body body = Body::Opened);

}  // namespace chapar::broker
