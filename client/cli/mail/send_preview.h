// `--dry-run`: what would be sent, and what the policies ask of it. Sends nothing.
//
// The broker's policies are asked (EXPLAIN) if a home is named and it answers; else the preview
// says that they were not.
#pragma once

#include <vector>

#include "client/cli/terminal/invocation.h"
#include "client/core/compose.h"

namespace chapar::client {

[[nodiscard]] Status show_dry_run(Invocation& invocation, const std::vector<Draft>& drafts);

}  // namespace chapar::client
