// The ledger head that a signed batch names: what its author had seen.
//
// Owns: the one rule. WrongHome for another centre or ledger; HeadUnknown for a size beyond the
// ledger; HeadMismatch for another root at a size that the ledger has passed: two histories were
// shown to somebody. Size 0 with a zero root is a device that has seen nothing yet.
#pragma once

#include "broker/core/core_state.h"
#include "broker/core/frontier.h"
#include "crypto/batch.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

[[nodiscard]] Status check_seen_head(const storage::ReadTxn& txn, const Centre& centre,
                                     const Frontier& frontier, const crypto::SeenHead& seen);

}  // namespace chapar::broker
