#include "client/cli/terminal/invocation.h"

#include <CLI/CLI.hpp>

namespace chapar::client {

Result<std::filesystem::path> Invocation::require_home() const {
    if (home.empty()) return Error(Errc::Usage, "name a home: --home DIR or CHAPAR_HOME");
    return home;
}

void Invocation::on(CLI::App* command, std::function<Status()> body) {
    command->callback([this, body = std::move(body)] {
        run = [this, body] {
            const Status status = body();
            return status ? 0 : output.problem(status.error());
        };
    });
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example) {
    CLI::App* command = parent.add_subcommand(name, description);
    command->footer("example:\n  " + example);
    return command;
}

}  // namespace chapar::client
