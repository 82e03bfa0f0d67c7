// `chapar ledger ..`: export, and the two programs that judge an export.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_ledger_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
