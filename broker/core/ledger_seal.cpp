#include "broker/core/ledger_append.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_scrub.h"
#include "crypto/tree.h"

namespace chapar::broker {

namespace {

// The head that the store holds must be the one this frontier was sealed at: else another writer,
// or a frontier of another store, is about to be signed.
Status check_base(const storage::ReadTxn& txn, const Frontier& frontier) {
    const std::optional<LedgerHead> head = CHAPAR_TRY(read_head(txn));
    const CompactRange& sealed = frontier.sealed();
    const bool same = head ? head->size.value == sealed.size() && head->root == sealed.root()
                           : sealed.size() == 0;
    if (!same) return Error(Errc::LedgerDamaged, "the stored head is not this frontier's");
    return Done{};
}

// Reads the tick's leaves back and hashes them again; also what the newest passes on.
Result<CompactRange> rehash(const storage::ReadTxn& txn, const Frontier& frontier) {
    CompactRange range = frontier.sealed();
    for (std::uint64_t at = range.size(); at < frontier.size().value; ++at) {
        const auto bytes = CHAPAR_TRY(txn.get(kLeafTable, number_key(at)));
        if (!bytes) return Error(Errc::LedgerDamaged, "a leaf is missing");
        range.push(crypto::leaf_hash(*bytes));
    }
    const auto newest = CHAPAR_TRY(read_leaf(txn, EntryIndex(frontier.size().value - 1)));
    if (tip_after(newest) != frontier.tip()) {
        return Error(Errc::LedgerDamaged, "the newest leaf is not the one appended");
    }
    return range;
}

Status check_new_tiles(const storage::ReadTxn& txn, std::uint64_t from, std::uint64_t to) {
    for (unsigned level = 0; closed_tiles(level, to) != 0; ++level) {
        for (std::uint64_t at = closed_tiles(level, from); at < closed_tiles(level, to); ++at) {
            CHAPAR_TRY(check_tile(txn, {level, at}));
        }
    }
    return Done{};
}

}  // namespace

Result<LedgerHead> seal_tick(storage::Txn& txn, Frontier& frontier) {
    CHAPAR_ASSERT(frontier.size().value != 0);
    CHAPAR_TRY(check_base(txn, frontier));
    const std::uint64_t from = frontier.sealed().size();
    CompactRange range = CHAPAR_TRY(rehash(txn, frontier));
    const LedgerHead head{frontier.size(), frontier.root(), frontier.tip().epoch};
    if (range.root() != head.root) {
        return Error(Errc::LedgerDamaged, "leaves read back give another root");
    }
    CHAPAR_TRY(check_new_tiles(txn, from, head.size.value));
    if (from != head.size.value) CHAPAR_TRY(write_head(txn, head));
    frontier.set_sealed(std::move(range));
    return head;
}

}  // namespace chapar::broker
