// `chapar stats`: sums of the seizures that this device knows of, and the report made of them.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_stats_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
