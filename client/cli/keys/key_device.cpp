#include "client/cli/keys/key_device.h"

#include <CLI/CLI.hpp>

#include "client/cli/keys/key_install.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/home_renewal.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct InitArguments {
    std::string card, agency, office, officer = "duty", device = "desk";
};

Status write_request(const std::string& out, const DeviceAsk& ask) {
    CeremonyFile file;
    file.request = ask;
    return write_ceremony_file(out, file);
}

// The request, its words, and what to do with them.
Status say_request(Invocation& invocation, const DeviceAsk& ask, const std::string& out,
                   const std::string& done) {
    const std::string words = words_of(ask);
    json::object object{{"office", ask.request.request.office.text()},
                        {"device", ask.request.request.device},
                        {"request", out},
                        {"check", words}};
    if (!ask.previous.is_zero()) object["replaces"] = to_hex(ask.previous.view());
    std::string text = done;
    if (!out.empty()) text += "\n    request:     " + out;
    text += "\n    check words: " + words +
            "\nread these words to both registrars, by telephone or in person";
    invocation.output.result(object, text);
    return Done{};
}

Status init(Invocation& invocation, const InitArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const TrustCard card = CHAPAR_TRY(read_trust_card(given.card));
    const NewDevice names{CHAPAR_TRY(AgencyId::parse(given.agency)),
                          CHAPAR_TRY(OfficeId::parse(given.office)), given.officer, given.device};
    CHAPAR_TRY(refuse_existing(paths.device_keystore()));
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
    const auto cost = CHAPAR_TRY(invocation.new_cost());
    CHAPAR_TRY(create_device_home(paths, card, names, {passphrase, cost}, invocation.now(),
                                  invocation.random));
    const DeviceAsk ask = CHAPAR_TRY(read_ask(paths));
    return say_request(invocation, ask, "",
                       "keys of " + names.office.text() + " made; next: chapar key request --out");
}

void add_init(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<InitArguments>();
    CLI::App* command = add_command(
        key, "init", "make the keys of a device",
        "chapar key init --home ~/npj --card caricc.json --agency TJ-DCA --office TJ-NPJ-BLO");
    command->add_option("--card", given->card, "the centre's trust card")->required();
    command->add_option("--agency", given->agency, "such as TJ-DCA")->required();
    command->add_option("--office", given->office, "such as TJ-NPJ-BLO")->required();
    command->add_option("--officer", given->officer, "pseudonym of the officer");
    command->add_option("--device", given->device, "name of the device");
    invocation.on(command, [&invocation, given] { return init(invocation, *given); });
}

void add_request(CLI::App& key, Invocation& invocation) {
    struct Arguments {
        std::string out, accept;
        bool yes = false;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command =
        add_command(key, "request", "write this device's request, or take in what came back",
                    "chapar key request --home ~/npj --out npj.request");
    auto* what = command->add_option_group("what to do");
    what->add_option("--out", given->out, "file for the registrar");
    what->add_option("--accept", given->accept, "the same as key install FILE");
    what->require_option(1);
    command->add_flag("--yes", given->yes, "the check words have been compared");
    invocation.on(command, [&invocation, given]() -> Status {
        if (!given->accept.empty()) {
            const Consent consent = given->yes ? Consent::Given : Consent::Ask;
            return install_file(invocation, {given->accept, consent, Mail::Fetch});
        }
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        // While a renewal waits, it is what the registrars are asked for.
        const HomePaths next{paths.renewal()};
        const DeviceAsk ask = CHAPAR_TRY(read_ask(file_exists(next.request()) ? next : paths));
        CHAPAR_TRY(write_request(given->out, ask));
        return say_request(invocation, ask, given->out, "request written");
    });
}

void add_renew(CLI::App& key, Invocation& invocation) {
    auto out = std::make_shared<std::string>();
    CLI::App* command = add_command(
        key, "renew", "make the next keys of this device; the present ones work until key install",
        "chapar key renew --home ~/npj --out npj.request");
    command->add_option("--out", *out, "file for the registrars")->required();
    invocation.on(command, [&invocation, out]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
        const auto cost = CHAPAR_TRY(invocation.new_cost());
        const DeviceAsk ask = CHAPAR_TRY(
            renew_device(paths, {passphrase, cost}, invocation.now(), invocation.random));
        CHAPAR_TRY(write_request(*out, ask));
        return say_request(invocation, ask, *out,
                           "the next keys of " + ask.request.request.office.text() +
                               " are made; this device works as before until key install");
    });
}

void add_recover(CLI::App& key, Invocation& invocation) {
    auto out = std::make_shared<std::string>();
    CLI::App* command = add_command(
        key, "recover",
        "begin anew after a forgotten passphrase or an expired certificate; old mail stays sealed",
        "chapar key recover --home ~/npj --out npj.request");
    command->add_option("--out", *out, "file for the registrars")->required();
    invocation.on(command, [&invocation, out]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
        const auto cost = CHAPAR_TRY(invocation.new_cost());
        const DeviceAsk ask = CHAPAR_TRY(
            recover_device(paths, {passphrase, cost}, invocation.now(), invocation.random));
        CHAPAR_TRY(write_request(*out, ask));
        return say_request(invocation, ask, *out,
                           "new keys of " + ask.request.request.office.text() +
                               " made; the old files lie in " + paths.aside().string() +
                               ", nothing was deleted");
    });
}

}  // namespace

void add_key_device_commands(CLI::App& key, Invocation& invocation) {
    add_init(key, invocation);
    add_request(key, invocation);
    add_renew(key, invocation);
    add_recover(key, invocation);
}

}  // namespace chapar::client
