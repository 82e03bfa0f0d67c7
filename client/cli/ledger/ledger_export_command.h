// `chapar ledger export`: the ledger as archives or a directory, fetched piece by piece.
//
// From an auditor's device or over the broker's socket. Goes on where a cut left it.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_export_command(CLI::App& ledger, Invocation& invocation);

}  // namespace chapar::client
