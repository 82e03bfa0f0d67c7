// The ledger's only writer: drafts become leaves, bodies and tiles; a tick ends with a checked
// head.
//
// Owns: index, last_dir, view tags, commitment and sealing of every entry, the tiles that close,
// and the self-check before a head may exist. Does not know why an entry is written, which drafts
// an operation needs, or when the transaction commits. Signs nothing: crypto::sign_checkpoint over
// the head as read by a transaction begun after the commit is the edge's.
//
// One tick: for each operation append_entries(), at the end seal_tick() once; then commit, then
// swap the frontier copy in. After any error the transaction and the frontier copy are thrown away
// together.
//
// Equal drafts in equal order give equal leaves and roots, wherever the ticks end; only body nonces
// differ. Thread: the writer's. Source: ledger page 2.1, 2.3.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "broker/core/entry_draft.h"
#include "broker/core/frontier.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_tables.h"
#include "crypto/leaf.h"
#include "crypto/ledger_keys.h"
#include "crypto/random.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// The seam for randomness, under the name of its only use in this core: nonces of sealed bodies. No
// leaf, root, state or decision depends on what it yields; a test gives a counter.
using NonceSource = crypto::Random;

// What all entries of a ledger are made with. Borrows; lives for one tick.
struct LedgerContext {
    Hash origin;  // crypto::origin_hash of the manifest's origin; unused before the first sealed
                  // entry
    const crypto::LedgerKeys& keys;
    NonceSource& nonces;
    mutable TickKeys open{};  // of `keys`, those that entries of this tick were made with
};

// An entry as it was made: what a receipt says of it besides its path.
struct MadeEntry {
    EntryIndex index;
    Bytes leaf;
    OpenedBody opened;
    bool operator==(const MadeEntry&) const = default;
};

struct AppendedEntries {
    EntryIndex first;  // the next index, if count is 0
    std::uint32_t count = 0;
    std::vector<MadeEntry> made{};  // so many
    [[nodiscard]] EntryIndex at(std::uint32_t offset) const {
        CHAPAR_ASSERT(offset < count);
        return EntryIndex(first.value + offset);
    }
    bool operator==(const AppendedEntries&) const = default;
};

// Writes leaf, body and closed tiles of each draft, in order; the first gets frontier.next_index().
// A KEY entry with event OPENED KEY also enters its key's name into the table `bucket`.
// Errors: LedgerKeyMissing (TickKeys::find() has none), AlreadyExists (a key opened twice),
// LeafInvalid (an operation time or epoch before the newest leaf's), those of EntryBody::check and
// encode, StoreFull and the store's others. REQUIRES: `frontier` is that of the transaction.
[[nodiscard]] Result<AppendedEntries> append_entries(storage::Txn& txn, Frontier& frontier,
                                                     std::span<const EntryDraft> drafts,
                                                     const LedgerContext& context);

// What a leaf fixes for its successor: so a restart finds last_dir, time and epoch again.
[[nodiscard]] Tip tip_after(const crypto::Leaf& leaf);

// Step 5 and 6 of the append: reads the tick's leaves and tiles back out of the transaction, hashes
// them again, and puts the head row only if a second way to the root gives the frontier's root.
// LedgerDamaged if anything read back differs, or if the stored head is not the one this frontier
// was sealed at. Without new entries nothing is written. REQUIRES: at least one entry in all.
[[nodiscard]] Result<LedgerHead> seal_tick(storage::Txn& txn, Frontier& frontier);

}  // namespace chapar::broker
