// `chapar key ls` and `chapar key revoke`: what a home holds or has issued, and taking it back.
#pragma once

#include "client/cli/invocation.h"

namespace chapar::client {

void add_key_list_commands(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
