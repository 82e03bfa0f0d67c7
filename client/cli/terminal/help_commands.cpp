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

// "send seizure" of the whole program.
Status show_help(const Invocation& invocation, const CLI::App& app,
                 const std::vector<std::string>& words) {
    const CLI::App* command = &app;
    std::string name = app.get_name();
    for (const std::string& word : words) {
        name += " " + word;
        const auto inner = command->get_subcommands(
            [&word](const CLI::App* each) { return each->get_name() == word; });
        if (inner.empty()) {
            return Error(Errc::Usage, name + ": no such command; chapar help has them all");
        }
        command = inner.front();
    }
    // App::help() would tell of the command that was given, which is `help`.
    std::string text =
        command->get_formatter()->make_help(command, name, CLI::AppFormatMode::Normal);
    if (text.ends_with('\n')) text.pop_back();
    invocation.output.result(boost::json::object{{"command", name}, {"help", text}}, text);
    return Done{};
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
    auto words = std::make_shared<std::vector<std::string>>();
    CLI::App* help = add_command(app, "help", "what a command does, with its options",
                                 "chapar help send seizure");
    help->add_option("command", *words, "its words; all commands if left out");
    invocation.on(help, [&invocation, &app, words] { return show_help(invocation, app, *words); });
}

}  // namespace chapar::client
