// `chapar broker ..`: founding a centre, and what its operator does through the Unix socket.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_broker_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
