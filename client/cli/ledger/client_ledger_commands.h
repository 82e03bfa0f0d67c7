// `chapar ledger policy`, `alarms`, `fork` and `head`: what a device demands of the ledger, what it
// found wrong with it, and what it can give away about it.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_client_ledger_commands(CLI::App& ledger, Invocation& invocation);

}  // namespace chapar::client
