// `chapar ledger contribute`: what this device holds of the ledger, for a centre that has lost it.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_contribute_command(CLI::App& ledger, Invocation& invocation);

}  // namespace chapar::client
