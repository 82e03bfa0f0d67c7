// `chapar approve`: an officer reads a draft of another and signs that it may be sent, or says no.
//
// What is signed is the header and the audience of exactly this draft. Nothing is signed before the
// draft has been shown and found to be what it says.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_approve_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
