// `chapar key passphrase`: another passphrase for the keystores of a home.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_passphrase_command(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
