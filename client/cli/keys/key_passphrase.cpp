#include "client/cli/keys/key_passphrase.h"

#include <CLI/CLI.hpp>

#include "client/edge/home_renewal.h"
#include "client/edge/store_home.h"

namespace chapar::client {

void add_key_passphrase_command(CLI::App& key, Invocation& invocation) {
    auto descriptor = std::make_shared<std::optional<int>>();
    CLI::App* command = add_command(
        key, "passphrase",
        "change the passphrase of this home; copies of the old files still open with the old one",
        "chapar key passphrase --home ~/npj");
    command->add_option("--new-passphrase-fd", *descriptor,
                        "read the new passphrase from this file descriptor");
    invocation.on(command, [&invocation, descriptor]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        // Another process has the old key in memory and would save the keystore under it.
        std::unique_ptr<storage::Store> lock;
        if (file_exists(paths.store())) lock = CHAPAR_TRY(open_store(paths.store()));
        const auto before = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
        const auto next = CHAPAR_TRY(read_new_passphrase(*descriptor));
        const auto cost = CHAPAR_TRY(invocation.new_cost());
        const std::size_t changed =
            CHAPAR_TRY(change_passphrase(paths, before, {next, cost}, invocation.random));
        invocation.output.result(boost::json::object{{"changed", changed}},
                                 "passphrase changed in " + std::to_string(changed) +
                                     (changed == 1 ? " keystore" : " keystores"));
        return Done{};
    });
}

}  // namespace chapar::client
