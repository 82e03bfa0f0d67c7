// `--dry-run`: what would be sent, and what the policies ask of it. Sends nothing.
//
// Owns: what is shown of a draft, its size as sealed, and the question. Does not know how drafts
// are made (send_commands.h) nor what a rule means (records/policy_words.h).
//
// What sending would refuse is refused here: what `address` says, then whom it would be sealed to
// by the directory of this device. The broker's policies are asked (EXPLAIN) if a home is named and
// it answers; else the preview says that they were not: that is no error. Blocks for as long as a
// session does. Errors: those of encoding a draft, of `address` and of check_sealing().
#pragma once

#include <functional>
#include <vector>

#include "client/cli/device/device_context.h"
#include "client/cli/terminal/invocation.h"
#include "client/core/compose.h"

namespace chapar::client {

// What a command does to a draft before it is kept.
using AddressDraft = std::function<Status(DeviceContext& context, Draft& draft)>;

[[nodiscard]] Status show_dry_run(Invocation& invocation, std::vector<Draft> drafts,
                                  const AddressDraft& address = {});

}  // namespace chapar::client
