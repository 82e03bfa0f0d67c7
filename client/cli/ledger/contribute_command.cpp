#include "client/cli/ledger/contribute_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "client/core/contribution.h"
#include "client/edge/home_files.h"
#include "client/edge/store_home.h"
#include "client/edge/trust_card_file.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

// No passphrase, no broker: whoever has the device can give what the broker has told it.
Status contribute(Invocation& invocation, const std::string& out, std::uint64_t above) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const TrustCard card = CHAPAR_TRY(read_trust_card(paths.trust_card()));
    const auto store = CHAPAR_TRY(open_store(paths.store()));
    const auto txn = CHAPAR_TRY(store->begin_read());
    const auto given =
        CHAPAR_TRY(make_contribution(*txn, card.log(), TreeSize(above), invocation.now()));
    if (given.notes.empty()) {
        return Error(Errc::NotFound, "a head: this device was never connected");
    }
    const auto centre = PublicKey::from(card.manifest().curve_key.view());
    const Bytes file = CHAPAR_TRY(
        crypto::write_contribution(card.manifest().origin, *centre, given, invocation.random));
    CHAPAR_TRY(refuse_existing(out));
    CHAPAR_TRY(write_file(out, file));
    invocation.output.result(
        json::object{{"contribution", out},
                     {"above", above},
                     {"entries", given.entries.size()},
                     {"ciphertexts", given.payloads.size()},
                     {"notes", given.notes.size()},
                     {"bytes", file.size()}},
        out + ": " + std::to_string(given.entries.size()) + " entries from " +
            std::to_string(above) + " on with their proofs, and " +
            std::to_string(given.payloads.size()) +
            " ciphertexts. Only the centre can read it: for chapard repair --receipts");
    return Done{};
}

}  // namespace

void add_contribute_command(CLI::App& ledger, Invocation& invocation) {
    auto out = std::make_shared<std::string>();
    auto above = std::make_shared<std::uint64_t>(0);
    CLI::App* command =
        add_command(ledger, "contribute",
                    "hand over what this device holds of the ledger to a centre that has lost it",
                    "chapar ledger contribute --above 40213 --out blo.contribution --home ~/npj");
    command->add_option("--out", *out, "file to write, sealed to the centre")->required();
    command->add_option("--above", *above,
                        "entries that the centre still has: what chapar broker restore said");
    invocation.on(command,
                  [&invocation, out, above] { return contribute(invocation, *out, *above); });
}

}  // namespace chapar::client
