// `chapar ledger shred`, `hold`, `release`, `prune`: drafts of the records that end or keep bodies
// of a ledger.
//
// Whoever drafts signs as the first; `chapar key approve` shows the others what they sign, in plain
// words with check words. PRUNE needs the centre root alone.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_retention_commands(CLI::App& ledger, Invocation& invocation);

}  // namespace chapar::client
