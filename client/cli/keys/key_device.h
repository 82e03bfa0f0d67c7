// `chapar key init`, `request`, `renew`, `recover`: the keys of a device, and what it asks for.
#pragma once

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_key_device_commands(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
