// `chapar kinds`: ls and show. What can be said, and how.
//
// Owns: these commands and their output; show asks the schema (schemas/kinds) and prints fields,
// codes, rules, or an example. Does not know homes or brokers: both work without. Errors: NotFound
// for a kind or field that is none.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_kinds_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
