#include "client/core/vault_sweep.h"

#include "client/core/tables.h"

namespace chapar::client {

Status sweep_vault(const storage::ReadTxn& txn, crypto::Vault& vault) {
    crypto::Vault::LiveRecords live;
    for (const storage::Table& table : tables::kSealed) {
        live.add_table(table.name);
        const auto cursor = txn.cursor(table);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            live.add_record(cursor->value());
        }
    }
    CHAPAR_TRY(vault.keep_only(live));
    return Done{};
}

}  // namespace chapar::client
