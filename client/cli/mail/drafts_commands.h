// `chapar drafts`: messages that were begun and not sent.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_drafts_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
