// chapar: the command line of officers, registrars, auditors and operators.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>

#include "client/cli/broker/broker_commands.h"
#include "client/cli/cases/case_commands.h"
#include "client/cli/cases/codes_commands.h"
#include "client/cli/cases/export_commands.h"
#include "client/cli/cases/feedback_commands.h"
#include "client/cli/cases/kinds_commands.h"
#include "client/cli/cases/lookout_commands.h"
#include "client/cli/cases/stats_commands.h"
#include "client/cli/demo/demo_command.h"
#include "client/cli/keys/key_commands.h"
#include "client/cli/keys/new_cost.h"
#include "client/cli/keys/policy_commands.h"
#include "client/cli/ledger/ledger_commands.h"
#include "client/cli/mail/approve_commands.h"
#include "client/cli/mail/drafts_commands.h"
#include "client/cli/mail/inbox_commands.h"
#include "client/cli/mail/reseal_command.h"
#include "client/cli/mail/send_commands.h"
#include "client/cli/terminal/help_commands.h"
#include "client/cli/terminal/invocation.h"
#include "client/edge/clock.h"
#include "crypto/process_memory.h"
#include "crypto/self_test.h"

namespace {

using namespace chapar;
using namespace chapar::client;

void add_global_options(CLI::App& app, Invocation& invocation, bool& json) {
    app.add_option("--home", invocation.home, "home of this device or root")
        ->envname("CHAPAR_HOME");
    app.add_flag("--json", json, "JSON lines on stdout, problem objects on stderr");
    app.add_option("--passphrase-fd", invocation.passphrase_fd,
                   "read the passphrase from this file descriptor");
    app.add_option_function<std::string>(
           "--lang",
           [&invocation](const std::string& tag) {
               const auto language = schemas::language_of(tag);
               if (!language) throw CLI::ValidationError("--lang", "en or ru");
               invocation.language = *language;
           },
           "language of what is read and asked: en (the default) or ru")
        ->envname("CHAPAR_LANG");
    app.set_version_flag("--version", "chapar 0.1.0");
    app.fallthrough();
    app.require_subcommand(1);
}

Output::Form asked_form(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--json") return Output::Form::Json;
    }
    return Output::Form::Text;
}

int run(int argc, char** argv) {
    crypto::SystemRandom random;
    const SystemClock clock;
    Invocation invocation{
        {}, {}, {}, random, [&clock] { return clock.now(); }, {}, [] { return 0; }};
    invocation.new_cost = measured_cost;
    // Known before parsing, so that a usage error too has the form that was asked for.
    invocation.output.set_form(asked_form(argc, argv));
    bool json = false;
    CLI::App app("Sealed case messages between law-enforcement offices, with proof.", "chapar");
    add_global_options(app, invocation, json);
    add_send_commands(app, invocation);
    add_drafts_commands(app, invocation);
    add_inbox_commands(app, invocation);
    add_outbox_commands(app, invocation);
    add_reseal_command(app, invocation);
    add_approve_commands(app, invocation);
    add_key_commands(app, invocation);
    add_policy_commands(app, invocation);
    add_case_commands(app, invocation);
    add_export_commands(app, invocation);
    add_stats_commands(app, invocation);
    add_ledger_commands(app, invocation);
    add_broker_commands(app, invocation);
    add_kinds_commands(app, invocation);
    add_codes_commands(app, invocation);
    add_lookout_commands(app, invocation);
    add_feedback_commands(app, invocation);
    add_help_commands(app, invocation);
    add_demo_command(app, invocation);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        return invocation.output.problem(Error(Errc::Usage, error.what()));
    }
    const auto prepare = []() -> Status {
        CHAPAR_TRY(crypto::harden_process());
        return crypto::start();
    };
    if (const Status ready = prepare(); !ready) return invocation.output.problem(ready.error());
    const HomeCodes codes(invocation);
    return invocation.run();
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        Output output;
        output.set_form(asked_form(argc, argv));
        return output.problem(Error(Errc::Internal, error.what()));
    }
}
