// From the store to the frontier, at every start.
//
// Owns: reading the children of the open tiles (at most 255 leaves, and 255 tile roots a level) and
// the demand that their root is the head's. Does not know keys, notes or other copies of the head:
// comparing with witnesses and the high-water file is the edge's.
//
// Finds damage in what it reads: the open leaves, the tile roots it uses, all of the newest tile of
// each level, the head. Everything older is ledger_scrub.h's.
//
// Source: ledger page 2.3, 2.8 (a).
#pragma once

#include "broker/core/frontier.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// LedgerDamaged unless head, leaves and tiles agree. An empty store gives an empty frontier.
[[nodiscard]] Result<Frontier> open_ledger(const storage::ReadTxn& txn);

}  // namespace chapar::broker
