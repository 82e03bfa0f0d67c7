// `chapar case ..`: what of a case is shown to those outside.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_case_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
