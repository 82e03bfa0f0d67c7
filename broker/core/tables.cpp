#include "broker/core/tables.h"

#include "broker/core/ledger_tables.h"

namespace chapar::broker {

std::vector<storage::Table> store_tables() {
    std::vector<storage::Table> all(kStateTables.begin(), kStateTables.end());
    all.push_back(kPayloadTable);
    all.insert(all.end(), kLedgerTables.begin(), kLedgerTables.end());
    return all;
}

}  // namespace chapar::broker
