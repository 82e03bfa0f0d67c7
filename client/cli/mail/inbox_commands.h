// `chapar inbox ..` and `chapar outbox ..`: what came, what went, and how far it is.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_inbox_commands(CLI::App& app, Invocation& invocation);
void add_outbox_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
