// `lookout`: what is being looked out for, and whether something seen is.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_lookout_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
