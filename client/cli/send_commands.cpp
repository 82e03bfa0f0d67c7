#include "client/cli/send_commands.h"

#include <iostream>
#include <iterator>

#include "client/cases/message_json.h"
#include "client/cli/device_context.h"
#include "client/cli/item_view.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"
#include "schemas/content_codec.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kInputBytes = 4 * 1024 * 1024;

struct SendArguments {
    std::string file;
    std::uint64_t in_reply_to = 0;  // inbox number
    bool dry_run = false;
};

Result<std::string> read_input(const std::string& file) {
    if (file != "-") return to_string(CHAPAR_TRY(read_file(file, kInputBytes)));
    std::string text(kInputBytes + 1, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > kInputBytes) return Error(Errc::TooLarge, "standard input");
    return text;
}

Result<std::vector<OutboxItem>> show_items(Invocation& invocation, DeviceContext& context,
                                           const std::vector<OutboxNumber>& numbers) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    std::vector<OutboxItem> out;
    for (const OutboxNumber number : numbers) {
        out.push_back(CHAPAR_TRY(outbox_item(*txn, number)));
        const ItemView view = view_of(out.back());
        invocation.output.result(view.object, view.text);
    }
    return out;
}

// A refusal weighs most; then whatever keeps an item on this computer.
Status worst_of(const std::vector<OutboxItem>& items, const Status& outcome) {
    std::optional<Error> worst;
    for (const OutboxItem& item : items) {
        const Errc code = errc_of(item.problem.code).value_or(Errc::Internal);
        if (item.stage == schemas::Stage::Refused) {
            const std::string rule =
                item.problem.rule.empty() ? "no rule permits it" : "rule " + item.problem.rule;
            return Error(code, code == Errc::PolicyRefused ? rule : item.problem.context);
        }
        if (item.stage == schemas::Stage::Logged || worst) continue;
        const bool waits = outcome || outcome.error().code == Errc::Unreachable;
        worst = Error(waits ? Errc::Queued : outcome.error().code, uuid_text(item.message.view()));
    }
    if (worst) return *worst;
    return Done{};
}

// A clock that is ahead is refused by the broker; one that is behind is served, and told.
void warn_of_clock(const Invocation& invocation, DeviceContext& context) {
    const TimeMs own = context.now();
    const TimeMs broker = context.session().broker_time();
    if (own + limits::kClockAhead >= broker) return;
    invocation.output.warning("the clock of this device is " +
                              std::to_string((broker.value - own.value) / kMinute.value) +
                              " minutes behind the broker's");
}

// Seals and submits drafts that are on disk already. The status is the worst thing to report.
Status dispatch(Invocation& invocation, DeviceContext& context,
                const std::vector<OutboxNumber>& drafts) {
    const Status connected = context.connect();
    if (connected) warn_of_clock(invocation, context);
    const Status sealed = context.seal(drafts);
    if (!sealed) {
        // Offline, the directory may just be old: the draft waits. With a fresh directory the
        // input itself is wrong, and the person still has it.
        if (connected) {
            CHAPAR_TRY(context.drop(drafts));
            return sealed;
        }
        CHAPAR_TRY(show_items(invocation, context, drafts));
        if (connected.error().code != Errc::Unreachable) return connected;
        return Error(Errc::Queued, "as a draft: " + std::string(text_of(sealed.error().code).code) +
                                       " " + sealed.error().context);
    }
    Status outcome = connected;
    if (connected) {
        const auto report = context.exchange();
        if (!report) outcome = report.error();
    }
    const auto items = CHAPAR_TRY(show_items(invocation, context, drafts));
    return worst_of(items, outcome);
}

// What sealing would refuse is refused before anything is stored.
Status check_payload(const ParsedMessage& message, schemas::Kind kind) {
    schemas::SealedContent content;
    content.manifest.kind = kind;
    content.manifest.classification = message.draft.options.classification;
    content.payload = message.draft.payload;
    return schemas::check_content(content);
}

Status show_dry_run(Invocation& invocation, const std::vector<ParsedMessage>& messages) {
    for (const ParsedMessage& message : messages) {
        json::array to;
        std::string names;
        for (const OfficeId& office : message.draft.options.to) {
            to.emplace_back(office.text());
            names += " " + office.text();
        }
        const std::string payload = render_payload(message.draft.payload);
        invocation.output.result(
            json::object{{"ready", true}, {"to", to}, {"payload", json::parse(payload)}},
            "ready for" + names + ": " + payload);
    }
    invocation.output.result(json::object{{"sent", 0}}, "Nothing was sent.");
    return Done{};
}

// A reply takes recipient, case and class from what it answers, unless the file says otherwise.
Status address_reply(DeviceContext& context, std::uint64_t number, Draft& draft) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const InboxItem item = CHAPAR_TRY(inbox_item(*txn, InboxNumber(number)));
    EnvelopeOptions& options = draft.options;
    if (options.to.empty()) options.to = {item.sender_office};
    if (!options.case_id) options.case_id = item.case_id;
    options.classification = std::max(options.classification, item.classification);
    options.in_reply_to = item.message;
    return Done{};
}

Status send(Invocation& invocation, const SendArguments& given, schemas::Kind kind) {
    const std::string text = CHAPAR_TRY(read_input(given.file));
    auto messages = CHAPAR_TRY(parse_messages(text, kind));
    for (const ParsedMessage& message : messages) {
        for (const FieldWarning& warning : message.warnings) {
            invocation.output.warning(warning.pointer + ": " + warning.sentence);
        }
        CHAPAR_TRY(check_payload(message, kind));
    }
    if (given.dry_run) return show_dry_run(invocation, messages);
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    std::vector<Draft> drafts;
    for (ParsedMessage& message : messages) {
        if (given.in_reply_to != 0) {
            CHAPAR_TRY(address_reply(*context, given.in_reply_to, message.draft));
        }
        if (message.draft.options.to.empty()) return Error(Errc::FieldMissing, "/to");
        drafts.push_back(std::move(message.draft));
    }
    const auto numbers = CHAPAR_TRY(context->keep_drafts(drafts));
    return dispatch(invocation, *context, numbers);
}

void add_send(CLI::App& parent, Invocation& invocation, const std::string& name, schemas::Kind kind,
              const std::string& description, const std::string& example) {
    auto given = std::make_shared<SendArguments>();
    CLI::App* command = add_command(parent, name, description, example);
    command->add_option("file", given->file, "JSON: one message or a list; - is standard input")
        ->required();
    command->add_flag("--dry-run", given->dry_run, "check and show, send nothing");
    if (kind == schemas::Kind::InfoReply || kind == schemas::Kind::RecallDone) {
        command->add_option("--re", given->in_reply_to, "inbox number of what is answered")
            ->required();
    }
    invocation.on(command, [&invocation, given, kind] { return send(invocation, *given, kind); });
}

struct RecallArguments {
    std::string message, reason;
};

// The item whose message id, or outbox number, this is.
Result<OutboxItem> find_sent(const storage::ReadTxn& txn, const std::string& name) {
    if (const auto id = parse_uuid(name)) return outbox_item(txn, MessageId{*id});
    for (OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (std::to_string(item.number.value) == name) return std::move(item);
    }
    return Error(Errc::NotFound, name);
}

Status recall(Invocation& invocation, const RecallArguments& given) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    Draft draft;
    {
        const auto txn = CHAPAR_TRY(context->store().begin_read());
        const OutboxItem target = CHAPAR_TRY(find_sent(*txn, given.message));
        if (target.stage != schemas::Stage::Logged) {
            return Error(Errc::Conflict, "only a logged envelope can be recalled");
        }
        schemas::Recall payload;
        payload.target = target.message;
        payload.reason = given.reason;
        draft.payload = payload;
        for (const OutboxOffice& office : target.offices) {
            draft.options.to.push_back(office.office);
        }
        draft.options.supersedes = target.message;
        draft.options.case_id = target.case_id;
        draft.options.classification = static_cast<schemas::Classification>(target.classification);
    }
    const auto numbers = CHAPAR_TRY(context->keep_drafts({&draft, 1}));
    return dispatch(invocation, *context, numbers);
}

}  // namespace

void add_send_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* send = app.add_subcommand("send", "seal, sign and hand over");
    send->require_subcommand(1);
    add_send(*send, invocation, "seizure", schemas::Kind::SeizureAlert, "send seizure alerts",
             "chapar send seizure alert.json --home ~/npj");
    add_send(*send, invocation, "request", schemas::Kind::InfoRequest,
             "ask another office for information", "chapar send request plate.json --home ~/npj");
    add_send(*send, invocation, "reply", schemas::Kind::InfoReply, "answer a request",
             "chapar send reply answer.json --re 4 --home ~/skb");
    add_send(*send, invocation, "correction", schemas::Kind::Correction,
             "correct what was sent before", "chapar send correction lab.json --home ~/npj");

    add_send(*send, invocation, "recall-done", schemas::Kind::RecallDone,
             "answer a recall in words, such as why a text could not be deleted",
             "chapar send recall-done printed.json --re 5 --home ~/skb");

    auto given = std::make_shared<RecallArguments>();
    CLI::App* command =
        add_command(app, "recall", "ask every recipient to delete an envelope, with proof",
                    "chapar recall 12 --reason \"wrong audience\" --home ~/npj");
    command->add_option("message", given->message, "message id or outbox number")->required();
    command->add_option("--reason", given->reason, "shown to the recipients")->required();
    invocation.on(command, [&invocation, given] { return recall(invocation, *given); });
}

}  // namespace chapar::client
