// Commands after a ledger was closed: `ledger succeed` for whoever has a device, `broker card` for
// the new directory of the broker.
//
// Owns: what is shown before a device goes over, and the order of what is kept: the old card, note,
// receipts and policy in HOME/old-ledgers/NUMBER, then the store, then the new card. Does not judge
// (core/succession.h). Cut short, the command is started again.
#pragma once

#include <CLI/CLI.hpp>

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_succeed_command(CLI::App& ledger, Invocation& invocation);
void add_card_command(CLI::App& broker, Invocation& invocation);

}  // namespace chapar::client
