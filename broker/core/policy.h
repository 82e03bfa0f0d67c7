// Policy: nothing is allowed that a rule does not allow, and every refusal names its rule.
//
// Owns: the evaluation. For every pair of the sender's office and a recipient office, the export
// rules of the sender's agency AND the import rules of the recipient's agency must permit. In one
// table: a DENY rule that matches wins over every PERMIT; no match at all is a denial (default
// deny) with an empty rule id. All or nothing: one denied pair refuses the envelope.
//
// A rule matches if its direction is asked, the kind is among its kinds (none listed: any), the
// classification is at most classMax (of a DENY rule too: to deny a kind at all classes say
// SECRET), and each side names the office, its agency or its country (no party listed: any).
//
// A PERMIT rule may have conditions: a number of approvals, a size (conditions.h). One that matches
// and whose condition is not met does not permit; another that matches still may. Where none does,
// the line names the first such rule and what it asked for.
//
// Does not know envelopes, time or validity: the directory has been asked before. Pure and const;
// apply, may_hand_out, explain and the what-if of a replay all call the same function.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/core/conditions.h"
#include "broker/core/directory_view.h"
#include "broker/core/outcome.h"
#include "crypto/certificate.h"
#include "crypto/policy_record.h"
#include "schemas/base/result.h"

namespace chapar::broker {

struct Subject {
    std::uint16_t kind = 0;
    std::uint8_t classification = 0;
    std::optional<Conditions> conditions = std::nullopt;  // empty: all conditions are taken as met
};

// The rule that a what-if leaves out.
struct RuleName {
    AgencyId agency;
    std::string rule;
    bool operator==(const RuleName&) const = default;
};

struct Decision {
    Effect effect = Effect::Permit;
    // Two for each recipient office: its export line, then its import line; in the order given.
    std::vector<DecisionLine> lines;

    // Why it is denied: PolicyRefused if any line is refused whatever its conditions, else
    // PolicySize or ApprovalMissing. REQUIRES: a Deny.
    [[nodiscard]] Error refusal() const;
};

// Of the lines of a denial; the context says what is missing. The same for the recorded lines.
[[nodiscard]] Error refusal_of(std::span<const DecisionLine> lines);

// REQUIRES: at least one recipient office.
[[nodiscard]] Result<Decision> decide_policy(const DirectoryView& directory,
                                             const crypto::OfficeRecord& from,
                                             std::span<const crypto::OfficeRecord> to,
                                             const Subject& subject,
                                             const std::optional<RuleName>& without = {});

// What is recorded and told to the sender: of a permit each rule once; of a refusal the refusing
// lines once, those of import tables without rule and policy hash.
[[nodiscard]] std::vector<DecisionLine> lines_to_record(const Decision& decision);

}  // namespace chapar::broker
