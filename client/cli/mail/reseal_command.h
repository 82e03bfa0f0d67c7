// `chapar outbox reseal`: what a person must confirm before it is sealed again.
//
// The automatic ones need no command (client/core/reseal.h): they go with any command that
// connects.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

// REQUIRES: the command `outbox` is there.
void add_reseal_command(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
