// `chapar ledger witness` and `chapar ledger witness-key`: cosigning the heads of centres' ledgers.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_witness_commands(CLI::App& ledger, Invocation& invocation);

}  // namespace chapar::client
