// `chapar policy ..`: sign and hand over an agency's rules; ask what they would decide.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_policy_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
