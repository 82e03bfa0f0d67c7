// One operation, decided: the one dispatch of the fold.
//
// Owns: which decision belongs to which operation, and what may happen before the centre is founded
// and this start's epoch is open. Does not write: see plan.h. Const; also what a replay's what-if
// calls.
#pragma once

#include "broker/core/directory_view.h"
#include "broker/core/operation.h"
#include "broker/core/plan.h"

namespace chapar::broker {

// Errors: failures of store or ledger only (is_failure); refusals are in the plan's outcome.
[[nodiscard]] Result<Plan> apply(const DirectoryView& directory,
                                 const std::optional<Centre>& centre, const Moment& moment,
                                 const Operation& operation);

}  // namespace chapar::broker
