// What a ledger that follows another has taken over, against what its SUCCESSION record says.
//
// Owns: the walk over the entries of the first process epoch, and the rule that the second epoch
// opens only behind exactly the records that two agencies signed for, and not at a time before the
// record was made: so chapard does not start on another directory or with a clock that is wrong,
// and chapar-replay does not get past either. Does not know the old ledger. Pure.
// Errors: SuccessionInvalid, and those of the ledger. Source: crypto/succession.h.
#pragma once

#include "broker/core/frontier.h"
#include "broker/core/plan.h"

namespace chapar::broker {

// CarriedRecords of the KEY entries of the first epoch among entries below `end`.
[[nodiscard]] Result<Hash> carried_records(const storage::ReadTxn& txn, EntryIndex end);
// Asked where an epoch is opened: Done for every one but the second of a ledger that follows
// another. SuccessionInvalid unless the records before it are those that entry 0 names, and the
// time is not before it.
[[nodiscard]] Status check_carried(const storage::ReadTxn& txn, const Centre& centre,
                                   const Moment& moment);

}  // namespace chapar::broker
