// Decisions on SHRED, HOLD, PRUNE and OVERRIDE records.
//
// Owns: what each demands of the state. Does not destroy secrets (the edge does, after the commit:
// Effects::shredded) nor erase rows (prune.h). No decision reads what a prune erases, so it does
// not matter when the rows go. For enrolment.cpp. Source: design ledger.md 2.8, 2.9.
//
//   SHRED     its bucket was opened, is not shredded (already.exists); now is at least kShredAfter
//             after its month (shred.early); no hold in force is on it, or on a range that can
//             contain entries of it (hold.forbids); it does not seal its agency's policy in force.
//   HOLD      numbered without a gap (record.sequence); a bucket is one of the agency's own, and
//   not
//             shredded; a release names a hold in force, and repeats its target.
//   PRUNE     end is a multiple of 256, above the last one and within the ledger; `before` is at
//             least kPruneAfter ago; every entry below end is older; nothing accepted below end
//             still waits (prune.refused); no hold in force reaches below end (hold.forbids).
//   OVERRIDE  a size that the ledger has reached (record.refused), now within its times
//             (slip.times). What it overrides is the edge's.
#pragma once

#include "broker/core/record_case.h"

namespace chapar::broker {

// An envelope lives at most 30 days, its last events are due 7 days later; one more for clocks.
inline constexpr DurationMs kShredAfter{38 * kDay.value};
inline constexpr DurationMs kPruneAfter{365 * kDay.value};

[[nodiscard]] Result<Plan> decide_shred(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_hold(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_prune(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_override(const RecordCase& in);

}  // namespace chapar::broker
