// Time passes: what happens to envelopes that nobody has fetched by their expiresAt.
//
// Owns: the decision on an Advance: one TIME entry, and as its consequences one EXPIRED entry per
// envelope and recipient agency with a device still waiting, naming those devices (of an office
// that another device has confirmed for, too: the list says who never got it). At most
// limits::kExpiriesPerAdvance envelopes; while more are due, next_deadline() says so. Files of an
// envelope are given up then, also where nobody waits any more: the TIME entry stands alone. Where
// nothing is due, an Advance leaves nothing. Does not know the clock.
#pragma once

#include "broker/core/operation.h"
#include "broker/core/plan.h"

namespace chapar::broker {

[[nodiscard]] Result<Plan> decide_advance(const storage::ReadTxn& txn, const Moment& moment);
// The same without its entries, for a replay that cannot make them again (replay.h).
[[nodiscard]] Status take_out_due(storage::Txn& txn, TimeMs time);
// One TIME entry (event STEPPED) that says how far the clock moved. It expires nothing.
[[nodiscard]] Result<Plan> decide_step(const Moment& moment, const Step& step);

}  // namespace chapar::broker
