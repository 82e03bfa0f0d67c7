// What the fold knows about its own centre, and the newest operation time.
//
// Owns: the table `core`. Does not know the ledger's head (ledger_tables.h).
//
//     "centre"  home[32] || u32 ledgerNo || centre root[32] || centre auditor key[32]
//               || counted8 origin
//     "time"    u64 exact ms of the newest entry
//     "minimum" u64 end of the last PRUNE: messages below it may be gone
//     "tables"  u64 form of the derived tables, since Found; none before form 2
#pragma once

#include <optional>
#include <string>

#include "schemas/base/bytes.h"
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

// Which derived tables there are, and what their rows say. A change to them that older rows do not
// fit raises it: a store that another form made is right again only by a replay of its ledger.
constexpr std::uint64_t kTablesForm = 3;
// Whether this row of `core` says the form: of the program that made the store, not of its ledger.
[[nodiscard]] bool is_tables_form(ByteView key);
// VersionUnknown, with the command that mends it, if the store was founded and its tables have
// another form. `directory`: the broker's.
[[nodiscard]] Status check_tables_form(const storage::ReadTxn& txn, const std::string& directory);

}  // namespace chapar::broker
