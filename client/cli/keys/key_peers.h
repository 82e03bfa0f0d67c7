// `chapar key peers`: the agencies whose roots this agency has confirmed, in person.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_peers_command(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
