// A ledger mirror: all leaves and stored bodies of one ledger, proven to be those of a signed head.
//
// Owns: taking pages of a ledger in order, the tree over what was taken, and the rule by which a
// head is believed: the leaves themselves were hashed and lead to its root. So two heads that a
// mirror proved lie on one line without any consistency path, and a broker that leaves out, alters
// or reorders an entry is found at the next head. Every note that comes with a page is kept until
// the mirror has grown to its size, and compared there. Does not know sockets, files, or what a
// sealed body says (mirror_view.h), nor whether other people are shown the same line.
//
// Durable state is a store with tables::kMirrorAll; everything works on one of its transactions. A
// page is taken whole or not at all: after an error drop the transaction. Pure but for that.
//
// Errors: NoteInvalid (signature, form), HeadMismatch (another history: a smaller head, two roots
// for a size, entries that do not lead to the signed root), LeafInvalid (an entry that cannot
// follow, a clear body that its leaf does not commit to), MalformedFrame (a page that goes
// nowhere). Source: ledger.md 2.9; RFC 9162 2.1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/trust_card.h"
#include "crypto/leaf.h"
#include "crypto/tlog_proof.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"
#include "storage/store.h"

namespace chapar::client {

// The complete subtrees of a prefix, the largest first: enough for its root. Value type.
struct TreePeaks {
    std::uint64_t size = 0;
    std::vector<Hash> peaks;
    [[nodiscard]] Hash root() const;
    bool operator==(const TreePeaks&) const = default;
};

// Makes `card` the centre of an empty mirror. Conflict if the mirror has another.
[[nodiscard]] Status bind_mirror(storage::Txn& txn, const TrustCard& card);
// NotFound before bind_mirror().
[[nodiscard]] Result<TrustCard> mirror_card(const storage::ReadTxn& txn);

struct MirrorState {
    TreePeaks taken;        // hashed, and not all of it proven yet
    TreePeaks proven;       // leads to `note`
    std::string note;       // of `proven`; empty before the first
    bool dropping = false;  // drop_unproven() was cut: only its end makes `taken` a tree again
};
[[nodiscard]] Result<MirrorState> mirror_state(const storage::ReadTxn& txn);

struct PageTaken {
    EntryIndex next;    // to be asked for next
    bool done = false;  // everything up to the page's head is here and proven
};
// The page that answered a question from MirrorState::taken on. Conflict while dropping.
[[nodiscard]] Result<PageTaken> take_page(storage::Txn& txn, const TrustCard& card,
                                          const schemas::Ledger& page);
// What was taken and never proven goes, at most `most` entries a call; so do notes of larger heads.
// How many went; 0: nothing is left.
[[nodiscard]] Result<std::size_t> drop_unproven(storage::Txn& txn, std::size_t most);
// A body that was missing or did not open, given again. Taken only if it comes with this leaf.
[[nodiscard]] Status replace_body(storage::Txn& txn, EntryIndex index,
                                  const schemas::StoredEntry& entry);

// NotFound past what was taken.
[[nodiscard]] Result<ByteView> mirror_leaf(const storage::ReadTxn& txn, EntryIndex index);
[[nodiscard]] Result<ByteView> mirror_body(const storage::ReadTxn& txn, EntryIndex index);

// A C2SP tlog-proof of one entry in the newest proven head, made from the mirror alone. NotFound
// past it. Reads at most 256 leaves and some hundred nodes.
[[nodiscard]] Result<crypto::TlogProof> mirror_proof(const storage::ReadTxn& txn, EntryIndex index);

}  // namespace chapar::client
