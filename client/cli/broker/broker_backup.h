// `chapar broker backup-key|backup|restore`: copies of a broker, for the day its disk is gone.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_backup_commands(CLI::App& broker, Invocation& invocation);

}  // namespace chapar::client
