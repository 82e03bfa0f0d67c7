// `chapar errors [CODE]`: the error catalogue, for people.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_help_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
