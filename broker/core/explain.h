// The policy decision without an envelope: what would be said, and by which rule.
//
// Owns: the question and the answer (EXPLAIN frame). Conditions of rules are taken as met and shown
// in the lines: an envelope that is not there has no size and no approvals. Takes the very decision
// that apply takes (policy.h), const. Does not know who is asking beyond the agency given.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/core/outcome.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

struct Question {
    OfficeId from;
    std::vector<OfficeId> to;
    std::uint16_t kind = 0;
    std::uint8_t classification = 0;
};

struct Explanation {
    Effect effect = Effect::Deny;
    // Two per recipient office: its export line, then its import line.
    std::vector<DecisionLine> lines;
};

// OfficeUnknown; NotPermitted unless the asker is the sender's agency or that of every recipient.
// `asker`: names of rules in other agencies' tables are left out ("" and zero), their conditions
// are not, because the sender must be able to meet them; empty = the operator's socket, which sees
// all.
[[nodiscard]] Result<Explanation> explain(const storage::ReadTxn& txn, const Question& question,
                                          const std::optional<AgencyId>& asker);

}  // namespace chapar::broker
