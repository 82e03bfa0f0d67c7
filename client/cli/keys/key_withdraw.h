// `chapar key revoke`, `suspend`, `reinstate`: taking a certificate back, for ever or for a while.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_withdraw_commands(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
