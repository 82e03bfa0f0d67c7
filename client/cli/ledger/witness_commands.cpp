#include "client/cli/ledger/witness_commands.h"

#include <CLI/CLI.hpp>

#include "client/cli/terminal/passphrase.h"
#include "client/core/trust_card.h"
#include "client/edge/clock.h"
#include "client/edge/trust_card_file.h"
#include "client/edge/witness_home.h"
#include "client/edge/witness_server.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct KeyArguments {
    std::string name, out;
};

Status make_key(Invocation& invocation, const KeyArguments& given) {
    const WitnessPaths paths{CHAPAR_TRY(invocation.require_home())};
    CHAPAR_TRY(refuse_existing(paths.keystore()));
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
    const auto cost = CHAPAR_TRY(invocation.new_cost());
    const WitnessCard card =
        CHAPAR_TRY(create_witness_home(paths, given.name, {passphrase, cost}, invocation.random));
    if (!given.out.empty()) CHAPAR_TRY(write_file(given.out, view(card.json())));
    invocation.output.result(
        json::object{{"name", card.key.name()},
                     {"vkey", card.key.vkey()},
                     {"curve_key", to_hex(card.curve.view())}},
        "vkey       " + card.key.vkey() + "\ncurve key  " + to_hex(card.curve.view()));
    return Done{};
}

void add_witness_key(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<KeyArguments>();
    CLI::App* command = add_command(
        ledger, "witness-key", "make the keys of a witness",
        "chapar ledger witness-key --home ~/witness --name witness.tj-dca.example --out w.card");
    command->add_option("--name", given->name, "its key name: a URL without scheme")->required();
    command->add_option("--out", given->out, "file for its public card");
    invocation.on(command, [&invocation, given] { return make_key(invocation, *given); });
}

struct WitnessArguments {
    std::string name, listen, http;
    std::vector<std::string> cards;
};

Result<std::vector<TrustCard>> read_cards(const std::vector<std::string>& files) {
    std::vector<TrustCard> cards;
    for (const std::string& file : files) {
        cards.push_back(CHAPAR_TRY(read_trust_card(file)));
    }
    return cards;
}

// A fork is shouted, whatever the form of the output: people read this window.
void shout(const Output& output, const crypto::ForkEvidence& evidence,
           const std::filesystem::path& file) {
    output.warning("FORK: the key of " + evidence.log().name() + " signed two histories of size " +
                   std::to_string(evidence.first().size.value) + ". Evidence: " + file.string() +
                   ". Give it to the auditors of all agencies.");
}

WitnessServerOptions options_of(const WitnessArguments& given, const Output& output,
                                const std::vector<TrustCard>& cards) {
    WitnessServerOptions options;
    if (!given.listen.empty()) options.listen = given.listen;
    for (const TrustCard& card : cards) options.admitted.insert(card.manifest().curve_key);
    options.fork = [&output](const crypto::ForkEvidence& evidence,
                             const std::filesystem::path& file) { shout(output, evidence, file); };
    options.trouble = [&output](const Error& error) { static_cast<void>(output.problem(error)); };
    return options;
}

void say_ready(const Output& output, const WitnessServer& server, const WitnessCard& card,
               const std::vector<TrustCard>& cards) {
    json::object ready{{"ready", true},
                       {"name", card.key.name()},
                       {"vkey", card.key.vkey()},
                       {"curve_key", to_hex(card.curve.view())}};
    std::string text = "vkey       " + card.key.vkey();
    text += "\ncurve key  " + to_hex(card.curve.view());
    json::array logs;
    for (const TrustCard& centre : cards) {
        logs.emplace_back(centre.log().name());
        text += "\nlog        " + centre.log().name();
    }
    ready["logs"] = std::move(logs);
    if (!server.endpoint().empty()) ready["listen"] = server.endpoint();
    if (!server.url().empty()) ready["http"] = server.url();
    if (!server.endpoint().empty()) text += "\nready " + server.endpoint();
    if (!server.url().empty()) text += "\nready " + server.url();
    output.result(ready, text);
}

Status serve(Invocation& invocation, const WitnessArguments& given) {
    if (given.listen.empty() && given.http.empty()) {
        return Error(Errc::Usage, "name a door: --listen tcp://ADDRESS:PORT or --http HOST:PORT");
    }
    const WitnessPaths paths{CHAPAR_TRY(invocation.require_home())};
    const std::vector<TrustCard> cards = CHAPAR_TRY(read_cards(given.cards));
    if (CHAPAR_TRY(read_witness_card(paths)).key.name() != given.name) {
        return Error(Errc::FieldInvalid, "--name is not that of this home's keys");
    }
    WitnessServerOptions options = options_of(given, invocation.output, cards);
    if (!given.http.empty()) options.http = CHAPAR_TRY(HttpAddress::parse(given.http));
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    const auto store = CHAPAR_TRY(open_witness_store(paths));
    WitnessKeys keys = CHAPAR_TRY(open_witness_keys(paths, passphrase));
    const WitnessCard card{keys.cosigner.verifier(), keys.curve_public};
    std::vector<crypto::NoteVerifier> logs;
    for (const TrustCard& centre : cards) logs.push_back(centre.log());
    const SystemClock clock;
    const Witness witness(std::move(keys.cosigner), std::move(logs));
    const auto server = CHAPAR_TRY(WitnessServer::start(witness, *store, clock, paths.forks(),
                                                        keys.curve, std::move(options)));
    say_ready(invocation.output, *server, card, cards);
    return server->run();
}

void add_witness(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<WitnessArguments>();
    CLI::App* command = add_command(
        ledger, "witness", "cosign the heads of centres' ledgers, until SIGTERM",
        "chapar ledger witness --home ~/witness --name witness.tj-dca.example --card caricc.json "
        "--listen tcp://0.0.0.0:7450");
    command->add_option("--name", given->name, "the name of its key")->required();
    command->add_option("--card", given->cards, "trust cards of the centres")->required();
    command->add_option("--listen", given->listen, "address for brokers, port 0 for any");
    command->add_option("--http", given->http, "HOST:PORT[/PREFIX] for anyone, port 0 for any");
    invocation.on(command, [&invocation, given] { return serve(invocation, *given); });
}

}  // namespace

void add_witness_commands(CLI::App& ledger, Invocation& invocation) {
    add_witness_key(ledger, invocation);
    add_witness(ledger, invocation);
}

}  // namespace chapar::client
