// `--dry-run`: what would be sent, and what the policies ask of it. Sends nothing.
//
// Owns: what is shown of a draft, its size as sealed, and the question. Does not know how drafts
// are made (send_commands.h) nor what a rule means (records/policy_words.h).
//
// The broker's policies are asked (EXPLAIN) if a home is named and it answers; else the preview
// says that they were not: that is no error. Blocks for as long as a session does. Errors: those of
// encoding a draft.
#pragma once

#include <vector>

#include "client/cli/terminal/invocation.h"
#include "client/core/compose.h"

namespace chapar::client {

[[nodiscard]] Status show_dry_run(Invocation& invocation, const std::vector<Draft>& drafts);

}  // namespace chapar::client
