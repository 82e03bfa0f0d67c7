// `chapar ledger sync|view|search|show|prove|due`: an auditor's own mirror of the ledger.
//
// The mirror is filled by a device of an auditor office, the broker's socket or an export; searched
// and opened without the broker. Other agencies' entries stay sealed; what could not be opened is
// said in words, never left out.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_auditor_commands(CLI::App& ledger, Invocation& invocation);

}  // namespace chapar::client
