#include "client/cli/terminal/help_commands.h"

#include <CLI/CLI.hpp>

#include "schemas/base/errors.h"

namespace chapar::client {
namespace {

void show(const Invocation& invocation, const ErrorText& text) {
    invocation.output.result(boost::json::object{{"code", text.code},
                                                 {"sentence", text.sentence},
                                                 {"unchanged", text.unchanged},
                                                 {"next", text.next},
                                                 {"exit", static_cast<int>(text.exit)}},
                             std::string(text.code) + " (exit " +
                                 std::to_string(static_cast<int>(text.exit)) + ")\n  " +
                                 std::string(text.sentence) + "\n  " + std::string(text.unchanged) +
                                 "\n  next: " + std::string(text.next));
}

}  // namespace

void add_help_commands(CLI::App& app, Invocation& invocation) {
    auto code = std::make_shared<std::string>();
    CLI::App* command = add_command(app, "errors", "what an error code means, and what to do",
                                    "chapar errors policy.refused");
    command->add_option("code", *code, "one code; all if left out");
    invocation.on(command, [&invocation, code]() -> Status {
        if (!code->empty()) {
            const auto known = errc_of(*code);
            if (!known) return Error(Errc::NotFound, *code);
            show(invocation, text_of(*known));
            return Done{};
        }
        for (const ErrorText& text : all_errors()) show(invocation, text);
        return Done{};
    });
}

}  // namespace chapar::client
