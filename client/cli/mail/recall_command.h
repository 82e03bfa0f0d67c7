// `chapar recall`: an envelope of the outbox is taken back.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_recall(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
