// `chapar send ..` and `chapar recall`: from a file or a decision to an envelope in the ledger.
//
// Drafts are on disk before anything else happens. "Sent" is never said before the broker's proof
// of this very envelope has been verified.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

class DeviceContext;
struct AskedForm;

// A message that was asked for: handed over as any other; its draft goes then.
[[nodiscard]] Status send_asked(Invocation& invocation, DeviceContext& context,
                                const AskedForm& asked);

void add_send_commands(CLI::App& app, Invocation& invocation);

}  // namespace chapar::client
