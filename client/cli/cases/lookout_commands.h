// `chapar lookout`: what is being looked out for, and whether something seen is.
//
// Owns: these commands and their output. Does not know when a lookout is in force or what fits it
// (cases/lookouts.h). They read this device's mail and send nothing. Errors: Usage, those of
// opening a home.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_lookout_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
