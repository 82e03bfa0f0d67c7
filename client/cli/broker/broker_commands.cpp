#include "client/cli/broker/broker_commands.h"

#include <CLI/CLI.hpp>

#include "client/cli/broker/broker_backup.h"
#include "client/cli/broker/broker_init.h"
#include "client/cli/ledger/override_command.h"
#include "client/cli/ledger/succession_commands.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "client/cli/terminal/programs.h"
#include "client/cli/terminal/table.h"
#include "client/edge/admin_client.h"
#include "client/edge/keystore_home.h"
#include "schemas/base/hex.h"

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
        const auto cost = CHAPAR_TRY(invocation.new_cost());
        const TrustCard card =
            CHAPAR_TRY(found_centre(*plan, {passphrase, cost}, invocation.random));
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
        for (const schemas::Figure& figure : report->figures) figures[figure.name] = figure.value;
        if (invocation.output.form() == Output::Form::Text) {
            Table table(invocation.output, {{"figure"}, {"value"}}, Heading::None);
            for (const schemas::Figure& figure : report->figures) {
                table.add({{}, {figure.name, figure.value}, {}});
            }
            table.print();
        }
        std::string text;
        if (const auto stop = stop_facts(figures)) {
            text = "\nTo go on without it, the centre root and a registrar sign:\n  " +
                   override_command_line(*stop) +
                   "\n  chapar key approve go-on.override --home REGISTRAR --broker " +
                   directory->string();
        }
        invocation.output.result(figures, text);
        return Done{};
    });
}

// Records that were fully signed elsewhere, in the order of the files and within them.
Status admit(Invocation& invocation, const std::string& directory,
             const std::vector<std::string>& files) {
    for (const std::string& path : files) {
        const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(path));
        if (file.records.empty()) {
            return Error(Errc::FieldInvalid, path + ": no record to log in it");
        }
        SignTarget target;
        target.broker = directory;
        const auto entries = publish_records(invocation, file.records, target);
        if (!entries) {
            return Error(entries.error().code, path + ": " + entries.error().context);
        }
        for (std::size_t i = 0; i < entries->size(); ++i) {
            const RecordWords words = CHAPAR_TRY(words_for(file.records[i]));
            invocation.output.result(json::object{{"file", path},
                                                  {"type", words.kind},
                                                  {"record", to_hex(file.records[i].hash().view())},
                                                  {"entry", entries->at(i).value}},
                                     path + ": " + words.headline + ", logged as entry " +
                                         std::to_string(entries->at(i).value));
        }
    }
    return Done{};
}

void add_admit(CLI::App& broker, Invocation& invocation) {
    struct Arguments {
        std::string directory;
        std::vector<std::string> files;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command =
        add_command(broker, "admit", "log fully signed records that someone brought",
                    "chapar broker admit --dir /srv/chapar npj.answer");
    command->add_option("--dir", given->directory, "the broker's directory")->required();
    command->add_option("files", given->files, "files of key approve, with all signatures")
        ->required();
    invocation.on(command, [&invocation, given] {
        return admit(invocation, given->directory, given->files);
    });
}

void add_check(CLI::App& broker, Invocation& invocation) {
    struct Arguments {
        std::string directory;
        bool rebuild = false;
        bool accept = false;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command =
        add_command(broker, "check", "look at everything a broker has stored (runs chapard check)",
                    "chapar broker check --dir /srv/chapar");
    command->add_option("--dir", given->directory, "the broker's directory")->required();
    command->add_flag("--rebuild", given->rebuild,
                      "make anew what follows from the ledger; chapard must not run");
    command->add_flag("--accept", given->accept,
                      "with --rebuild: also where rows say otherwise than the ledger");
    invocation.on(command, [&invocation, given]() -> Status {
        std::vector<std::string> arguments{"check", "--dir", given->directory};
        if (given->rebuild) arguments.emplace_back("--rebuild");
        if (given->accept) arguments.emplace_back("--accept");
        if (invocation.output.form() == Output::Form::Json) arguments.emplace_back("--json");
        return replace_process(CHAPAR_TRY(program_beside("chapard")), arguments);
    });
}

}  // namespace

void add_broker_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* broker = app.add_subcommand("broker", "found a centre, look after its broker");
    broker->require_subcommand(1);
    add_init(*broker, invocation);
    add_status(*broker, invocation);
    add_admit(*broker, invocation);
    add_check(*broker, invocation);
    add_backup_commands(*broker, invocation);
    add_card_command(*broker, invocation);
}

}  // namespace chapar::client
