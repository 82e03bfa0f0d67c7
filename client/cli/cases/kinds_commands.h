// kinds ls, kinds show: what can be said, and how.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_kinds_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
