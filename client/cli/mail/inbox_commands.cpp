#include "client/cli/mail/inbox_commands.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <set>

#include "client/cases/message_json.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/case_check.h"
#include "client/cli/mail/correction_view.h"
#include "client/cli/mail/inbox_attachments.h"
#include "client/cli/mail/inbox_list.h"
#include "client/cli/mail/item_view.h"
#include "client/cli/terminal/table.h"
#include "client/core/peer_trust.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr DurationMs kWatchPatience = kSecond * 5;

Result<ReadingView> view_of_shown(const Invocation& invocation, DeviceContext& context,
                                  InboxNumber number) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const Device device = context.device();
    const InboxItem item = CHAPAR_TRY(inbox_item(*txn, number));
    const InboxText text = CHAPAR_TRY(inbox_text(*txn, device, number));
    ShownItem shown{item, Trust::Unconfirmed, CHAPAR_TRY(inbox_approvals(*txn, number)), {}};
    shown.trust = CHAPAR_TRY(certificate_trust(DirectoryView(*txn), context.home().roots(),
                                               item.sender, item.accepted, item.accepted_at));
    for (const InboxAttachment& attachment : text.attachments) {
        shown.attachments.push_back({attachment, where_is(context, attachment)});
    }
    ReadingView view = view_of(shown, render_message(item, text), invocation.language);
    const OpenedMessage opened{*txn, device, item, text};
    CHAPAR_TRY(add_corrections(opened, invocation.language, view));
    CHAPAR_TRY(add_case_warnings(invocation, opened, view.object));
    return view;
}

Status show(Invocation& invocation, std::uint64_t number) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const ReadingView view = CHAPAR_TRY(view_of_shown(invocation, *context, InboxNumber(number)));
    invocation.output.result(view.object, view.lines);
    CHAPAR_TRY(in_transaction(context->store(), [&](storage::Txn& txn) {
        return mark_opened(txn, context->device(), InboxNumber(number), context->now());
    }));
    return Done{};
}

Status acknowledge(Invocation& invocation, std::uint64_t number) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    CHAPAR_TRY(in_transaction(context->store(), [&](storage::Txn& txn) {
        return mark_acknowledged(txn, context->device(), InboxNumber(number), context->now());
    }));
    if (const Status connected = context->connect(); !connected) {
        return connected.error().code == Errc::Unreachable
                   ? Error(Errc::Queued, "the acknowledgement is signed and waits")
                   : connected.error();
    }
    CHAPAR_TRY(context->exchange());
    const auto txn = CHAPAR_TRY(context->store().begin_read());
    const ItemView view = view_of(CHAPAR_TRY(inbox_item(*txn, InboxNumber(number))));
    invocation.output.result(view.object, view.text);
    return Done{};
}

Status tell(Invocation& invocation, DeviceContext& context, const ReceptionReport& report) {
    if (report.problem && report.reception == Reception::Refused) {
        return report.problem.value();
    }
    if (!report.number || report.reception == Reception::Duplicate) return Done{};
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const ItemView view = view_of(CHAPAR_TRY(inbox_item(*txn, *report.number)));
    invocation.output.result(view.object, view.text);
    return Done{};
}

enum class Watching { Once, ForEver };
enum class Attachments { Leave, Fetch };
struct WatchWish {
    Watching watching = Watching::ForEver;
    Attachments attachments = Attachments::Leave;
};

// A refused delivery is reported and does not stop the others.
Status tell_all(Invocation& invocation, DeviceContext& context, Watching watching,
                const std::vector<ReceptionReport>& reports) {
    Status worst = Done{};
    for (const ReceptionReport& report : reports) {
        const Status told = tell(invocation, context, report);
        if (told) continue;
        worst = told;
        if (watching == Watching::ForEver) {
            [[maybe_unused]] const int exit = invocation.output.problem(told.error());
        }
    }
    return worst;
}

// What is waiting. The broker answers frames in order, and a session that has said something gets
// what it may within the credit first, so an answered question behind the grant says that nothing
// more is on the way.
Status take_waiting(Invocation& invocation, DeviceContext& context) {
    Status worst = Done{};
    for (bool asked = false;;) {
        const auto reports = CHAPAR_TRY(context.session().take_deliveries(DurationMs(0)));
        const Status told = tell_all(invocation, context, Watching::Once, reports);
        if (!told) worst = told;
        if (reports.empty() && asked) return worst;
        asked = reports.empty();
        if (asked) CHAPAR_TRY(context.session().sync_directory());
    }
}

Status take_for_ever(Invocation& invocation, DeviceContext& context, Attachments attachments) {
    std::set<InboxNumber> unreadable;
    while (true) {
        const auto reports = CHAPAR_TRY(context.session().take_deliveries(kWatchPatience));
        // Each problem has been reported; watching goes on.
        [[maybe_unused]] const Status told =
            tell_all(invocation, context, Watching::ForEver, reports);
        if (!reports.empty()) continue;
        if (attachments == Attachments::Fetch) {
            CHAPAR_TRY(fetch_missing(invocation, context, unreadable));
        }
        CHAPAR_TRY(context.keep_current());
        CHAPAR_TRY(context.exchange());
    }
}

Status take(Invocation& invocation, DeviceContext& context, const WatchWish& wish) {
    CHAPAR_TRY(context.exchange());
    if (wish.watching == Watching::ForEver) {
        return take_for_ever(invocation, context, wish.attachments);
    }
    const Status worst = take_waiting(invocation, context);
    if (!worst && is_cut(worst.error().code)) return worst;
    CHAPAR_TRY(context.session().push_statements());
    CHAPAR_TRY(context.await_proofs(DurationMs(0)));
    CHAPAR_TRY(context.session().tidy_epochs());
    std::set<InboxNumber> unreadable;
    if (wish.attachments == Attachments::Fetch) {
        CHAPAR_TRY(fetch_missing(invocation, context, unreadable));
    }
    return worst;
}

Status watch(Invocation& invocation, const WatchWish& wish) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    Status connected = context->connect();
    if (wish.watching == Watching::Once) {
        return connected ? take(invocation, *context, wish) : connected;
    }
    while (true) {
        if (connected) connected = take(invocation, *context, wish);
        if (!connected && !is_cut(connected.error().code)) return connected;
        invocation.output.warning("the broker does not answer; trying again");
        context->wait_to_reconnect();
        connected = context->connect();
    }
}

void add_numbered(CLI::App& parent, Invocation& invocation, const std::string& name,
                  const std::string& description,
                  std::function<Status(Invocation&, std::uint64_t)> body) {
    auto number = std::make_shared<std::uint64_t>();
    CLI::App* command = add_command(parent, name, description,
                                    "chapar " + parent.get_name() + " " + name + " 3 --home ~/skb");
    command->add_option("number", *number, "its number in the list")->required();
    invocation.on(command, [&invocation, number, body] { return body(invocation, *number); });
}

void add_fetch(CLI::App& inbox, Invocation& invocation) {
    auto number = std::make_shared<std::uint64_t>();
    auto folder = std::make_shared<std::filesystem::path>(".");
    CLI::App* command = add_command(
        inbox, "fetch", "fetch the attachments of one and save them, whole and verified",
        "chapar inbox fetch 3 --out ~/evidence --home ~/skb");
    command->add_option("number", *number, "its number in the list")->required();
    command->add_option("--out", *folder, "the folder to save them in")->capture_default_str();
    invocation.on(command, [&invocation, number, folder] {
        return fetch_and_save(invocation, *number, *folder);
    });
}

Status list_outbox(Invocation& invocation) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const auto txn = CHAPAR_TRY(context->store().begin_read());
    Table table(invocation.output, outbox_columns(), Heading::None);
    for (const OutboxItem& item : CHAPAR_TRY(outbox_items(*txn))) {
        ItemView view = CHAPAR_TRY(view_in(*txn, item));
        table.add({std::move(view.object), std::move(view.cells), {}});
    }
    table.print();
    if (!file_exists(context->home().paths().witness_policy())) {
        invocation.output.warning(
            "no witness policy in this home (chapar ledger policy): logged is the last stage");
    }
    return Done{};
}

// Hands over what waits and asks what became of the rest, then shows it.
Status retry(Invocation& invocation, std::uint64_t witnessed_seconds) {
    {
        const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
        CHAPAR_TRY(context->connect());
        const SubmitReport report = CHAPAR_TRY(context->exchange());
        for (const Error& alarm : report.alarms) {
            [[maybe_unused]] const int exit = invocation.output.problem(alarm);
        }
        if (!report.alarms.empty()) return report.alarms.front();
        if (witnessed_seconds > 0) {
            CHAPAR_TRY(context->await_proofs(kSecond * witnessed_seconds));
        }
    }
    return list_outbox(invocation);
}

Status drop(Invocation& invocation, std::uint64_t number) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const OutboxNumber dropped(number);
    CHAPAR_TRY(context->drop({&dropped, 1}));
    invocation.output.result(json::object{{"dropped", number}},
                             "#" + std::to_string(number) + " dropped");
    return Done{};
}

}  // namespace

void add_inbox_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* inbox = app.add_subcommand("inbox", "what this device received");
    inbox->require_subcommand(1);
    add_inbox_list(*inbox, invocation);

    auto once = std::make_shared<bool>(false);
    CLI::App* command = add_command(*inbox, "watch", "take deliveries and print each",
                                    "chapar inbox watch --once --home ~/skb");
    command->add_flag("--once", *once, "take what is waiting, then stop");
    auto attachments = std::make_shared<bool>(false);
    command->add_flag("--attachments", *attachments,
                      "fetch attachments too; they stay sealed until inbox fetch");
    invocation.on(command, [&invocation, once, attachments] {
        return watch(invocation, {*once ? Watching::Once : Watching::ForEver,
                                  *attachments ? Attachments::Fetch : Attachments::Leave});
    });
    add_fetch(*inbox, invocation);
    add_numbered(*inbox, invocation, "show", "read one; the sender learns that it was opened",
                 show);
    add_numbered(*inbox, invocation, "ack", "take one over, signed", acknowledge);
}

void add_outbox_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* outbox = app.add_subcommand("outbox", "what this device sends");
    outbox->require_subcommand(1);
    CLI::App* ls = add_command(*outbox, "ls", "list it, with the state at each recipient",
                               "chapar outbox ls --home ~/npj");
    invocation.on(ls, [&invocation] { return list_outbox(invocation); });
    CLI::App* again = add_command(*outbox, "retry", "hand over what waits, ask what became of it",
                                  "chapar outbox retry --home ~/npj");
    auto seconds = std::make_shared<std::uint64_t>(0);
    again->add_option("--witnessed", *seconds, "wait so many seconds for the witnesses' receipts");
    invocation.on(again, [&invocation, seconds] { return retry(invocation, *seconds); });
    add_numbered(*outbox, invocation, "drop", "forget a draft that was never handed over", drop);
}

}  // namespace chapar::client
