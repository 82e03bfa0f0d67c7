#include "broker/core/ledger_open.h"

#include "broker/core/ledger_append.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_scrub.h"
#include "broker/core/ledger_tables.h"
#include "schemas/base/limits.h"

namespace chapar::broker {

namespace {

// An entry that no head speaks of is as wrong as a head without its entries: one commit makes both.
Status check_end(const storage::ReadTxn& txn, std::uint64_t size) {
    const auto cursor = txn.cursor(kLeafTable);
    CHAPAR_TRY(cursor->seek_last());
    const bool same =
        cursor->at_record() ? size != 0 && equal(cursor->key(), number_key(size - 1)) : size == 0;
    if (!same) return Error(Errc::LedgerDamaged, "the leaves do not end at the head");
    return Done{};
}

}  // namespace

Result<Frontier> open_ledger(const storage::ReadTxn& txn) {
    const std::optional<LedgerHead> head = CHAPAR_TRY(read_head(txn));
    const std::uint64_t size = head ? head->size.value : 0;
    CHAPAR_TRY(check_end(txn, size));
    if (!head) return Frontier();
    if (size > limits::kLedgerEntries) return Error(Errc::LedgerDamaged, "head row");

    std::vector<std::vector<Hash>> children;
    for (unsigned level = 0; size >> (kTileHeight * level) != 0; ++level) {
        const std::uint64_t closed = closed_tiles(level, size);
        if (closed != 0) CHAPAR_TRY(check_tile(txn, {level, closed - 1}));
        children.push_back(
            CHAPAR_TRY(read_children(txn, {level, closed}, open_children(level, size))));
    }
    const Tip tip = tip_after(CHAPAR_TRY(read_leaf(txn, EntryIndex(size - 1))));
    Frontier frontier = Frontier::rebuild(children, tip);
    if (frontier.root() != head->root || tip.epoch != head->epoch) {
        return Error(Errc::LedgerDamaged, "leaves and tiles do not give the head");
    }
    return frontier;
}

}  // namespace chapar::broker
