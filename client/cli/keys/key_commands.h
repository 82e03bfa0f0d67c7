// `chapar key ..`: keys, requests, approvals, revocations; requests and records travel as files.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
