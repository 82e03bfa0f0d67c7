// `chapar key root`, `registrar`, `audit`, `agency`, `registrars`: the keys of persons, and the two
// records that name them.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_found_commands(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
