// Handing out mail: from mailbox rows to DELIVER frames, within a session's credit.
//
// Owns: which rows go out now (FLASH first, none twice on one session), the check before each
// hand-out, and the filling of a frame. Does not know sockets. It only reads: a row leaves its
// mailbox when its device's signed statement is applied, so what is lost on the way is handed out
// again on the next session.
//
// Thread: loop thread. Source: architecture.md 3, "Delivery"; design README "The fold".
#pragma once

#include <optional>
#include <vector>

#include "broker/core/operation.h"
#include "broker/edge/session.h"
#include "broker/edge/tick.h"
#include "schemas/frames.h"

namespace chapar::broker {

struct Handout {
    std::optional<schemas::Deliver> frame;  // without its head
    std::vector<Withhold> withheld;         // to be proposed
};

// Takes credit and notes what is handed out in the session; clears `mail` when nothing is left.
[[nodiscard]] Result<Handout> next_handout(const storage::ReadTxn& txn, const Tick& tick,
                                           Session& session, TimeMs now);

}  // namespace chapar::broker
