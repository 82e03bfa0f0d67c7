// `feedback`: what came of a message, told to its sender, and counted.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_feedback_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
