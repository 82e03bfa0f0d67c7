// `chapar demo`: the whole story on a broker of its own, judged step by step.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_demo_command(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
