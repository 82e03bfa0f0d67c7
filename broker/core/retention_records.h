// Decisions on SHRED, HOLD, PRUNE and OVERRIDE records.
//
// Owns: what each demands of the state. Does not destroy secrets (the edge does, after the commit:
// Effects::shredded) nor erase rows (prune.h). No decision reads what a prune erases, so it does
// not matter when the rows go. For enrolment.cpp. Predicates that others share:
// crypto/retention_rules.h. Source: design ledger.md 2.8, 2.9.
//
//   SHRED     its bucket was opened, is not shredded (already.exists); now is at least kShredAfter
//             after its month, and no envelope accepted into it still waits (shred.early); no hold
//             in force is on it, or, of one of its two agencies, on a range that can contain
//             entries of it (hold.forbids); it does not seal its agency's policy in force.
//   HOLD      numbered without a gap (record.sequence); a bucket is one of the agency's own, and
//             not shredded; at most limits::kHoldsPerAgency in force (holds.full); a release names
//             a hold in force, and repeats its target.
//   PRUNE     end is a multiple of 256, above the last one and within the ledger; `before` is at
//             least kPruneAfter ago; every entry below end is older; nothing accepted below end
//             still waits (prune.refused); no hold in force, whoever set it, reaches below end
//             (hold.forbids).
//   OVERRIDE  a size and root that the ledger had (override.other), now within its times
//             (slip.times). What it overrides, and for which stop, is the edge's.
#pragma once

#include <string_view>

#include "broker/core/record_case.h"

namespace chapar::broker {

// The context of a refusal that only what waits in mailboxes is the reason of.
inline constexpr std::string_view kStillWaits = "an envelope still waits";

[[nodiscard]] Result<Plan> decide_shred(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_hold(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_prune(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_override(const RecordCase& in);

}  // namespace chapar::broker
