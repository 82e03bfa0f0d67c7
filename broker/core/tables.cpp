#include "broker/core/tables.h"

#include "broker/core/ledger_tables.h"

namespace chapar::broker {

std::vector<storage::Table> store_tables() {
    std::vector<storage::Table> all(kStateTables.begin(), kStateTables.end());
    all.insert(all.end(), {kPayloadTable, kFilesTable, kFileUseTable, kLostTable});
    all.insert(all.end(), kLedgerTables.begin(), kLedgerTables.end());
    return all;
}

}  // namespace chapar::broker
