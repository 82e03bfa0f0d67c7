// What the fold knows about its own centre, and the newest operation time.
//
// Owns: the table `core`. Does not know the ledger's head (ledger_tables.h).
//
//     "centre"  home[32] || u32 ledgerNo || centre root[32] || centre auditor key[32]
//               || counted8 origin
//     "time"    u64 exact ms of the newest entry
//     "minimum" u64 end of the last PRUNE: messages below it may be gone
#pragma once

#include <optional>
#include <string>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

struct Centre {
    Home home;
    LedgerNumber ledger;
    SigningPublicKey root;
    PublicKey auditor;
    std::string origin;  // "chapar.caricc/ledger/1"
};

// Empty before Found.
[[nodiscard]] Result<std::optional<Centre>> read_centre(const storage::ReadTxn& txn);
[[nodiscard]] Status write_centre(storage::Txn& txn, const Centre& centre);

// Zero before the first entry.
[[nodiscard]] Result<TimeMs> read_time(const storage::ReadTxn& txn);
[[nodiscard]] Status write_time(storage::Txn& txn, TimeMs time);

// Zero before the first PRUNE.
[[nodiscard]] Result<EntryIndex> read_minimum(const storage::ReadTxn& txn);
[[nodiscard]] Status write_minimum(storage::Txn& txn, EntryIndex minimum);

}  // namespace chapar::broker
