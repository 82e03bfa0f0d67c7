#include "broker/core/prune.h"

#include <algorithm>

#include "broker/core/core_state.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_tables.h"
#include "crypto/leaf.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

Result<std::uint64_t> read_done(const storage::ReadTxn& txn) {
    const auto row = CHAPAR_TRY(txn.get(kPruneTable, number_key(0)));
    if (!row) return std::uint64_t{0};
    LayoutReader in(*row);
    const std::uint64_t done = in.u64();
    if (!in.finish("prune row")) return Error(Errc::StoreDamaged, "prune");
    return done;
}

Status erase(storage::Txn& txn, EntryIndex index) {
    const ByteView stored = CHAPAR_TRY(stored_leaf(txn, index));
    if (crypto::is_tombstone(stored)) return Done{};
    if (CHAPAR_TRY(read_leaf(txn, index)).kind != crypto::LeafKind::Message) return Done{};
    const Bytes tombstone = crypto::tombstone_of(crypto::stored_leaf_hash(stored));
    CHAPAR_TRY(txn.put(kLeafTable, number_key(index.value), tombstone));
    return txn.put(kBodyTable, number_key(index.value), {});
}

}  // namespace

Result<PruneProgress> prune_some(storage::Txn& txn, std::uint64_t count) {
    const std::uint64_t minimum = CHAPAR_TRY(read_minimum(txn)).value;
    const std::uint64_t from = CHAPAR_TRY(read_done(txn));
    if (from >= minimum) return PruneProgress::Finished;
    const std::uint64_t to = from + std::min(count, minimum - from);
    for (std::uint64_t at = from; at < to; ++at) CHAPAR_TRY(erase(txn, EntryIndex(at)));
    CHAPAR_TRY(txn.put(kPruneTable, number_key(0), number_key(to)));
    return to < minimum ? PruneProgress::More : PruneProgress::Finished;
}

Result<bool> is_prune_pending(const storage::ReadTxn& txn) {
    return CHAPAR_TRY(read_done(txn)) < CHAPAR_TRY(read_minimum(txn)).value;
}

}  // namespace chapar::broker
