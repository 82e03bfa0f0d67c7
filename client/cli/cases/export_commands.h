// `chapar export seizures`: what this device knows of seizures, as a file that others read.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_export_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
