#include "client/cli/mail/drafts_commands.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "client/cases/message_json.h"
#include "client/cli/mail/form_desk.h"
#include "client/cli/mail/item_view.h"
#include "client/cli/mail/send_commands.h"
#include "client/cli/terminal/passed_over.h"
#include "client/cli/terminal/table.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

Status add_row(Table& table, FormNumber number, const FormDraft& draft,
               const FormSetting& setting) {
    const Form form = CHAPAR_TRY(Form::resume(draft.text, setting));
    const std::string missing = std::to_string(form.missing());
    table.add({json::object{{"draft", number.value},
                            {"kind", kind_text(form.kind())},
                            {"changed", utc(draft.changed)},
                            {"missing", form.missing()}},
               {std::to_string(number.value), kind_text(form.kind()),
                schemas::kind_label(form.kind(), setting.language), utc(draft.changed),
                form.missing() == 0 ? "" : missing + " missing"},
               {}});
    return Done{};
}

Status list(Invocation& invocation) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const FormSetting setting = FormDesk(invocation, *context).setting();
    const auto txn = CHAPAR_TRY(context->store().begin_read());
    Table table(invocation.output, {{"number"}, {"kind"}, {"what"}, {"changed"}, {"missing"}},
                Heading::None);
    for (const FormNumber number : CHAPAR_TRY(form_numbers(*txn))) {
        const auto draft = form_draft(*txn, number, context->device().vault);
        const Status added =
            draft ? add_row(table, number, *draft, setting) : Status(draft.error());
        if (added) continue;
        const std::string place = "draft " + std::to_string(number.value);
        CHAPAR_TRY(pass_over(invocation.output, place, added.error()));
    }
    table.print();
    return Done{};
}

Status show(Invocation& invocation, FormNumber number) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    Form form = CHAPAR_TRY(FormDesk(invocation, *context).form(number));
    invocation.output.result(json::parse(form.message()).as_object(),
                             shown_rows(form.take(":show").said));
    return Done{};
}

Status go_on(Invocation& invocation, FormNumber number) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const auto asked = CHAPAR_TRY(FormDesk(invocation, *context).go_on(number));
    return asked ? send_asked(invocation, *context, *asked) : Status(Done{});
}

Status drop(Invocation& invocation, FormNumber number) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    CHAPAR_TRY(FormDesk(invocation, *context).drop(number));
    invocation.output.result(json::object{{"dropped", number.value}},
                             "draft " + std::to_string(number.value) + " dropped");
    return Done{};
}

void add_numbered(CLI::App& parent, Invocation& invocation, const std::string& name,
                  const std::string& description, Status (*body)(Invocation&, FormNumber)) {
    auto number = std::make_shared<std::uint64_t>();
    CLI::App* command =
        add_command(parent, name, description, "chapar drafts " + name + " 1 --home ~/npj");
    command->add_option("number", *number, "its number in the list")->required();
    invocation.on(command,
                  [&invocation, number, body] { return body(invocation, FormNumber(*number)); });
}

}  // namespace

void add_drafts_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* drafts = app.add_subcommand("drafts", "messages that were begun and not sent");
    drafts->require_subcommand(1);
    CLI::App* ls = add_command(*drafts, "ls", "list them, with how much is missing",
                               "chapar drafts ls --home ~/npj");
    invocation.on(ls, [&invocation] { return list(invocation); });
    add_numbered(*drafts, invocation, "show", "what was said so far", show);
    add_numbered(*drafts, invocation, "continue", "go on where it was left", go_on);
    add_numbered(*drafts, invocation, "drop", "forget one", drop);
}

}  // namespace chapar::client
