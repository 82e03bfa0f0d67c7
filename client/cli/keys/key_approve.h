// `chapar key approve FILE`: a request becomes records, a record gets this person's signature.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_approve_command(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
