#include "client/cli/mail/inbox_list.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "client/cases/json_fields.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/item_view.h"
#include "client/cli/terminal/table.h"
#include "client/core/inbox_index.h"
#include "client/core/inbox_page.h"
#include "client/core/inbox_substances.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kMostOnPage = 10'000;

struct ListArguments {
    std::size_t limit = 0;  // 0: all
    std::uint64_t after = 0;
    std::string urgency;
    std::string kind;
    std::string case_id;
    std::string substance;

    [[nodiscard]] bool filters() const {
        return !urgency.empty() || !kind.empty() || !case_id.empty() || !substance.empty();
    }
};

Result<schemas::Urgency> urgency_named(const std::string& name) {
    const auto& texts = schemas::CodeTexts<schemas::Urgency>::kTexts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (same_code(texts.at(i), name)) return static_cast<schemas::Urgency>(i);
    }
    return Error(Errc::Usage, "--urgency: FLASH, URGENT, PRIORITY or ROUTINE");
}

Result<InboxFilter> filter_of(const ListArguments& given) {
    InboxFilter filter;
    filter.substance = given.substance;
    if (!given.urgency.empty()) filter.urgency = CHAPAR_TRY(urgency_named(given.urgency));
    if (!given.kind.empty()) {
        const schemas::KindInfo* info = schemas::find_kind(given.kind);
        if (info == nullptr) {
            return Error(Errc::NotFound, given.kind + ": `chapar kinds ls` has them all");
        }
        filter.kind = info->kind;
    }
    if (!given.case_id.empty()) {
        const auto bytes = from_hex(given.case_id);
        const auto id = bytes ? CaseId::from(*bytes) : std::nullopt;
        if (!id) return Error(Errc::Usage, "--case: 32 hexadecimal digits");
        filter.case_id = *id;
    }
    return filter;
}

Status show_items(Invocation& invocation, const storage::ReadTxn& txn,
                  const std::vector<InboxItem>& items) {
    Table table(invocation.output, inbox_columns(), Heading::None);
    for (const InboxItem& item : items) {
        ItemView view = CHAPAR_TRY(view_in(txn, item));
        table.add({std::move(view.object), std::move(view.cells), {}});
    }
    table.print();
    return Done{};
}

Status show_all(Invocation& invocation, DeviceContext& context) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    return show_items(invocation, *txn, CHAPAR_TRY(inbox_items(*txn)));
}

Result<InboxPage> read_page(DeviceContext& context, const InboxFilter& filter,
                            const ListArguments& given) {
    const auto after = given.after == 0 ? std::nullopt : std::optional(InboxNumber(given.after));
    const std::size_t most = given.limit == 0 ? kMostOnPage : given.limit;
    {
        const auto txn = CHAPAR_TRY(context.store().begin_read());
        auto page = inbox_page(*txn, context.device(), filter, most, after);
        if (page || !inbox_substances::is_lost(page.error().code)) return page;
    }
    CHAPAR_TRY(in_transaction(context.store(), [&](storage::Txn& txn) {
        return inbox_index::make_again(txn, context.device(), context.random());
    }));
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    return inbox_page(*txn, context.device(), filter, most, after);
}

Status list(Invocation& invocation, const ListArguments& given) {
    if (given.limit > kMostOnPage) return Error(Errc::Usage, "--limit: at most 10000");
    const InboxFilter filter = CHAPAR_TRY(filter_of(given));
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    if (given.limit == 0 && given.after == 0 && !given.filters()) {
        return show_all(invocation, *context);
    }
    const InboxPage page = CHAPAR_TRY(read_page(*context, filter, given));
    const auto txn = CHAPAR_TRY(context->store().begin_read());
    CHAPAR_TRY(show_items(invocation, *txn, page.items));
    if (page.after) {
        const std::string number = std::to_string(page.after->value);
        invocation.output.result(json::object{{"next", page.after->value}},
                                 "more with --after " + number);
    }
    return Done{};
}

}  // namespace

void add_inbox_list(CLI::App& inbox, Invocation& invocation) {
    auto given = std::make_shared<ListArguments>();
    CLI::App* command =
        add_command(inbox, "ls", "list it: all, oldest first; or a page of it, newest first",
                    "chapar inbox ls --limit 50 --urgency FLASH --substance heroin --home ~/skb");
    command->add_option("--limit", given->limit, "so many at most, and how to go on");
    command->add_option("--after", given->after,
                        "go on after this number, as the page before says");
    command->add_option("--urgency", given->urgency, "FLASH, URGENT, PRIORITY or ROUTINE");
    command->add_option("--kind", given->kind, "a name of `chapar kinds ls`");
    command->add_option("--case", given->case_id, "a case's id");
    command->add_option("--substance", given->substance,
                        "named in the text: a code of the list, its name in English or Russian, or "
                        "the words that were sent");
    invocation.on(command, [&invocation, given] { return list(invocation, *given); });
}

}  // namespace chapar::client
