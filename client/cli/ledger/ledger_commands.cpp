#include "client/cli/ledger/ledger_commands.h"

#include <CLI/CLI.hpp>

#include "client/cli/ledger/auditor_commands.h"
#include "client/cli/ledger/client_ledger_commands.h"
#include "client/cli/ledger/contribute_command.h"
#include "client/cli/ledger/succession_commands.h"

#include "client/cli/ledger/ledger_export_command.h"
#include "client/cli/ledger/override_command.h"
#include "client/cli/ledger/retention_commands.h"
#include "client/cli/ledger/witness_commands.h"
#include "client/cli/terminal/programs.h"

namespace chapar::client {
namespace {

struct JudgeArguments {
    std::vector<std::string> files, notes, archives, between, without;
    std::string card, policy, agency, at, until, key;
    bool partial = false;
};

// Takes this process's place, so that output and exit code are the program's own.
Status become(const Invocation& invocation, const std::string& program,
              std::vector<std::string> arguments) {
    if (invocation.output.form() == Output::Form::Json) arguments.push_back("--json");
    return replace_process(CHAPAR_TRY(program_beside(program)), arguments);
}

void append(std::vector<std::string>& out, const char* option, const std::string& value) {
    if (!value.empty()) out.insert(out.end(), {option, value});
}

void add_verify(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<JudgeArguments>();
    CLI::App* command = add_command(ledger, "verify", "prove an export (runs chapar-verify)",
                                    "chapar ledger verify 2026-11.chapar --card caricc.json");
    command->add_option("export", given->files, "the export; its segments in order")->required();
    command->add_option("--card", given->card, "the centre's trust card")->required();
    command->add_option("--policy", given->policy, "witness policy: demand its quorum");
    command->add_option("--note", given->notes, "a signed note held from elsewhere");
    command->add_option("--archive", given->archives, "archive of what was pruned");
    command->add_option("--agency", given->agency,
                        "keystore with an audit key, or a view file: prove that agency's entries");
    command->add_option("--at", given->at, "SIZE or TIME: who was certified then");
    command->add_option("--between", given->between, "two sizes: the later only appends")
        ->expected(2);
    command->add_flag("--partial", given->partial, "segments are left out, and that is intended");
    invocation.on(command, [&invocation, given] {
        std::vector<std::string> arguments = given->files;
        if (given->partial) arguments.emplace_back("--partial");
        append(arguments, "--card", given->card);
        append(arguments, "--policy", given->policy);
        append(arguments, "--agency", given->agency);
        append(arguments, "--at", given->at);
        for (const std::string& note : given->notes) append(arguments, "--note", note);
        for (const std::string& file : given->archives) append(arguments, "--archive", file);
        if (!given->between.empty()) {
            arguments.emplace_back("--between");
            arguments.insert(arguments.end(), given->between.begin(), given->between.end());
        }
        if (invocation.passphrase_fd && !given->agency.empty()) {
            append(arguments, "--passphrase-fd", std::to_string(*invocation.passphrase_fd));
        }
        return become(invocation, "chapar-verify", std::move(arguments));
    });
}

void add_replay(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<JudgeArguments>();
    CLI::App* command =
        add_command(ledger, "replay", "take every decision again (runs chapar-replay)",
                    "chapar ledger replay 2026-11.chapar --key /media/root/audit.keystore");
    command->add_option("export", given->files, "the export; its segments in order")->required();
    command->add_option("--key", given->key, "keystore with an audit key");
    command->add_option("--until", given->until, "TIME: who could read what then");
    command->add_option("--without-rule", given->without,
                        "AGENCY/RULE: report what would be decided without it");
    invocation.on(command, [&invocation, given] {
        std::vector<std::string> arguments = given->files;
        append(arguments, "--key", given->key);
        append(arguments, "--until", given->until);
        for (const std::string& rule : given->without) append(arguments, "--without-rule", rule);
        if (invocation.passphrase_fd) {
            append(arguments, "--passphrase-fd", std::to_string(*invocation.passphrase_fd));
        }
        return become(invocation, "chapar-replay", std::move(arguments));
    });
}

}  // namespace

void add_ledger_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* ledger = app.add_subcommand("ledger", "the audit ledger");
    ledger->require_subcommand(1);
    add_export_command(*ledger, invocation);
    add_verify(*ledger, invocation);
    add_replay(*ledger, invocation);
    add_auditor_commands(*ledger, invocation);
    add_witness_commands(*ledger, invocation);
    add_retention_commands(*ledger, invocation);
    add_override_command(*ledger, invocation);
    add_client_ledger_commands(*ledger, invocation);
    add_contribute_command(*ledger, invocation);
    add_succeed_command(*ledger, invocation);
}

}  // namespace chapar::client
