// Handing out mail: from mailbox rows to DELIVER frames, within a session's credit.
//
// Owns: which rows go out now (FLASH first, none twice on one session, what was left unanswered
// several times last and alone), the check before each hand-out, and the filling of a frame. Does
// not know sockets. It only reads: a row leaves its mailbox when its device's signed statement is
// applied, so what is lost on the way is handed out again on the next session.
//
// Thread: loop thread. Source: architecture.md 3, "Delivery"; design README "The fold".
#pragma once

#include <optional>
#include <vector>

#include "broker/core/operation.h"
#include "broker/edge/session.h"
#include "broker/edge/tick.h"
#include "broker/edge/unanswered.h"
#include "schemas/frames.h"

namespace chapar::broker {

struct Handout {
    std::optional<schemas::Deliver> frame;  // without its head
    std::vector<Withhold> withheld;         // to be proposed
    std::vector<MailboxRow> set_aside;      // by this hand-out
};

struct HandoutScene {
    const storage::ReadTxn& txn;
    const Tick& tick;
    Unanswered& unanswered;
    TimeMs now;
    DurationMs elapsed;
};

// Takes credit and notes what is handed out in the session; clears `mail` when nothing is left.
// Called again after the session's statements: the next row that goes out alone may be due.
[[nodiscard]] Result<Handout> next_handout(const HandoutScene& scene, Session& session);

}  // namespace chapar::broker
