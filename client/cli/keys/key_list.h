// `chapar key ls`: what a home holds or has issued, whom it trusts, and how long it all lasts.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_list_command(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
