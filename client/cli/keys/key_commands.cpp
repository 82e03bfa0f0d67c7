#include "client/cli/keys/key_commands.h"

#include <CLI/CLI.hpp>

#include "client/cli/keys/key_approve.h"
#include "client/cli/keys/key_device.h"
#include "client/cli/keys/key_found.h"
#include "client/cli/keys/key_install.h"
#include "client/cli/keys/key_list.h"
#include "client/cli/keys/key_passphrase.h"
#include "client/cli/keys/key_peers.h"
#include "client/cli/keys/key_withdraw.h"

namespace chapar::client {

void add_key_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* key = app.add_subcommand("key", "keys of devices, registrars and agencies");
    key->require_subcommand(1);
    add_key_device_commands(*key, invocation);
    add_key_approve_command(*key, invocation);
    add_key_install_command(*key, invocation);
    add_key_list_command(*key, invocation);
    add_key_passphrase_command(*key, invocation);
    add_key_withdraw_commands(*key, invocation);
    add_key_peers_command(*key, invocation);
    add_key_found_commands(*key, invocation);
}

}  // namespace chapar::client
