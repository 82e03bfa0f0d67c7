// The hello: who is on the other end, proven before anything of theirs is handled.
//
// Owns: the check. The device signs the broker's fresh challenge together with the home, the
// broker's CURVE key and its certificate hash, so that a hello is good for one connection to one
// broker; the CURVE key of the connection must be the certificate's own. Does not know sockets.
//
// Every refusal of the identity is HelloRefused without a reason: a stranger learns nothing about
// which certificates exist. About its note, a client is told what is wrong: HeadUnknown (larger
// than this ledger) and HeadMismatch (another root) are evidence of a rollback.
//
// Thread: loop thread. Source: crypto/records.md, "Proofs of a session and of a key".
#pragma once

#include <optional>

#include "broker/core/ingress.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/rollback.h"
#include "broker/edge/session.h"
#include "broker/edge/tick.h"

namespace chapar::broker {

struct HelloContext {
    const NodeKeys& node;
    const CertificateLookup& certificates;
    const storage::ReadTxn& txn;
    const Frontier& frontier;
    TimeMs now;
};

struct Greeting {
    Greeted who;
    std::optional<JudgedNote> seen;  // its note, if it brought one; Covered
};

// HelloRefused, NoteInvalid (a note that the log key did not sign), HeadUnknown, HeadMismatch, and
// the store's.
[[nodiscard]] Result<Greeting> check_hello(const schemas::Hello& hello, const Session& session,
                                           const HelloContext& context);

}  // namespace chapar::broker
