#include "client/cli/broker_commands.h"

#include "client/cli/broker_init.h"
#include "client/cli/record_delivery.h"
#include "client/edge/admin_client.h"
#include "client/edge/keystore_home.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

void add_init(CLI::App& broker, Invocation& invocation) {
    auto plan = std::make_shared<FoundingPlan>();
    plan->endpoint = "tcp://127.0.0.1:7415";
    CLI::App* command =
        add_command(broker, "init", "found a centre: broker directory, root home, trust card",
                    "chapar broker init --dir /srv/chapar --root-dir /media/root --name caricc");
    command->add_option("--dir", plan->broker, "the broker's directory")->required();
    command->add_option("--root-dir", plan->root, "home of the centre root; keep it offline")
        ->required();
    command->add_option("--name", plan->centre, "short name of the centre")->required();
    command->add_option("--listen", plan->endpoint, "where clients connect");
    invocation.on(command, [&invocation, plan]() -> Status {
        const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
        const TrustCard card = CHAPAR_TRY(found_centre(*plan, passphrase, invocation.random));
        invocation.output.result(
            json::object{{"founded", card.manifest().origin},
                         {"home", to_hex(card.home().view())},
                         {"endpoint", card.endpoint()},
                         {"card", (plan->broker / "trust-card.json").string()}},
            card.manifest().origin + " founded\n  start it:   chapard --dir " +
                plan->broker.string() +
                "\n  give away:  " + (plan->broker / "trust-card.json").string() +
                "\n  keep apart: " + plan->root.string());
        return Done{};
    });
}

void add_status(CLI::App& broker, Invocation& invocation) {
    auto directory = std::make_shared<std::filesystem::path>();
    CLI::App* command = add_command(broker, "status", "figures of a running broker",
                                    "chapar broker status --dir /srv/chapar");
    command->add_option("--dir", *directory, "the broker's directory")->required();
    invocation.on(command, [&invocation, directory]() -> Status {
        auto client = CHAPAR_TRY(AdminClient::connect(*directory / "admin.sock"));
        const schemas::Frame answer = CHAPAR_TRY(client.ask(schemas::StatusAsk{}));
        const auto* report = std::get_if<schemas::StatusReport>(&answer);
        if (!report) return Error(Errc::MalformedFrame, "STATUS");
        json::object figures;
        std::string text;
        for (const schemas::Figure& figure : report->figures) {
            figures[figure.name] = figure.value;
            text += (text.empty() ? "" : "\n") + figure.name +
                    std::string(figure.name.size() < 22 ? 22 - figure.name.size() : 1, ' ') +
                    figure.value;
        }
        invocation.output.result(figures, text);
        return Done{};
    });
}

void add_admit(CLI::App& broker, Invocation& invocation) {
    struct Arguments {
        std::filesystem::path directory;
        std::vector<std::string> files;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command = add_command(broker, "admit", "log signed records that someone brought",
                                    "chapar broker admit --dir /srv/chapar tj-dca.record");
    command->add_option("--dir", given->directory, "the broker's directory")->required();
    command->add_option("files", given->files, "files made by key approve, key revoke, policy push")
        ->required();
    invocation.on(command, [&invocation, given]() -> Status {
        for (const std::string& file : given->files) {
            const Bytes bytes = CHAPAR_TRY(read_file(file, limits::kRecordBytes));
            const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
            const EntryIndex entry = CHAPAR_TRY(admit_record(given->directory, record));
            invocation.output.result(json::object{{"file", file}, {"entry", entry.value}},
                                     file + ": logged as entry " + std::to_string(entry.value));
        }
        return Done{};
    });
}

}  // namespace

void add_broker_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* broker = app.add_subcommand("broker", "found a centre, look after its broker");
    broker->require_subcommand(1);
    add_init(*broker, invocation);
    add_status(*broker, invocation);
    add_admit(*broker, invocation);
}

}  // namespace chapar::client
