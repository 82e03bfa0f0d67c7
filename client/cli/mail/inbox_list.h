// `chapar inbox ls`: all of the inbox, or a page of what is asked for.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

// With the sub-commands of `inbox`.
void add_inbox_list(CLI::App& inbox, Invocation& invocation);

}  // namespace chapar::client
