// The decision on a submitted envelope.
//
// Owns: the order: known eh -> known operation id -> directory -> admission -> policy -> plan. The
// first refusal ends it. Does not know signatures and stanza roots (ingress has checked them), nor
// what is sealed inside.
//
// No entry, nothing durable: a duplicate, a layout that does not parse, a sender that is not in the
// directory, a ledger head that is unknown, a full mailbox. Every other refusal leaves one REJECTED
// entry for the sender's agency, and the envelope stays refused for ever.
// Source: specification 7; ledger.md 2.5; crypto.md 2 "Replay and dedupe", "Prekey ladder".
#pragma once

#include <optional>

#include "broker/core/directory_view.h"
#include "broker/core/operation.h"
#include "broker/core/plan.h"
#include "broker/core/policy.h"

namespace chapar::broker {

// `without`: decide as if that rule did not stand in its policy (what-if of a replay).
[[nodiscard]] Result<Plan> decide_submit(const DirectoryView& directory, const Centre& centre,
                                         const Moment& moment, const Submit& submit,
                                         const std::optional<RuleName>& without = {});

}  // namespace chapar::broker
