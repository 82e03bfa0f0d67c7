#include "broker/core/ledger_tables.h"

#include "schemas/base/layout.h"

namespace chapar::broker {

Result<std::optional<LedgerHead>> read_head(const storage::ReadTxn& txn) {
    const std::optional<ByteView> row = CHAPAR_TRY(txn.get(kHeadTable, number_key(0)));
    if (!row) return std::optional<LedgerHead>();
    LayoutReader reader(*row);
    LedgerHead head;
    head.size = TreeSize(reader.u64());
    head.root = reader.fixed<Hash>();
    head.epoch = ProcessEpoch(reader.u32());
    if (!reader.finish("head row") || head.size.value == 0) {
        return Error(Errc::LedgerDamaged, "head row");
    }
    return std::optional(head);
}

Status write_head(storage::Txn& txn, const LedgerHead& head) {
    const Bytes row =
        LayoutWriter().u64(head.size.value).raw(head.root.view()).u32(head.epoch.value).take();
    return txn.put(kHeadTable, number_key(0), row);
}

}  // namespace chapar::broker
