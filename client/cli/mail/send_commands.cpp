#include "client/cli/mail/send_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

#include "client/cases/message_json.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/case_check.h"
#include "client/cli/mail/form_desk.h"
#include "client/cli/mail/import_command.h"
#include "client/cli/mail/recall_command.h"
#include "client/cli/mail/send_attach.h"
#include "client/cli/mail/send_correction.h"
#include "client/cli/mail/send_dispatch.h"
#include "client/cli/mail/send_preview.h"
#include "client/core/approval.h"
#include "client/edge/blob_store.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"
#include "schemas/content_codec.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kInputBytes = 4 * 1024 * 1024;

struct SendArguments {
    std::string file;               // empty: a form
    std::vector<std::string> to;    // offices, for a form
    std::string kind;               // name, where the file does not say it
    std::uint64_t in_reply_to = 0;  // inbox number
    std::string case_id;            // hexadecimal
    bool dry_run = false;
    AttachArguments attach;
    std::vector<std::string> approvers;  // offices
    unsigned approvals = 1;
    std::string approval_text;
    ImportArguments table;  // instead of `file`
    CorrectionArguments correction;
};

Result<std::string> read_input(const std::string& file) {
    if (file != "-") return to_string(CHAPAR_TRY(read_input_file(file, kInputBytes)));
    std::string text(kInputBytes + 1, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > kInputBytes) return Error(Errc::TooLarge, "standard input");
    return text;
}

// What sealing would refuse is refused before anything is stored.
Status check_draft(const Draft& draft) {
    const schemas::Kind kind = schemas::kind_of(draft.payload);
    const bool by_command =
        kind == schemas::Kind::ApprovalRequest || kind == schemas::Kind::Approval;
    if (by_command) return Error(Errc::Usage, "made by send --needs-approval and by approve");
    schemas::SealedContent content;
    content.manifest.kind = kind;
    content.manifest.classification = draft.options.classification;
    for (const DraftAttachment& one : draft.attachments) {
        content.manifest.attachments.push_back(one.listed);
    }
    content.payload = draft.payload;
    if (const auto problem = schemas::find_problem(content)) {
        return error_of(*problem);
    }
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

Result<std::vector<Draft>> drafts_of(Invocation& invocation, const SendArguments& given,
                                     std::optional<schemas::Kind> kind, const std::string& text) {
    std::vector<Draft> drafts;
    for (ParsedMessage& message : CHAPAR_TRY(parse_messages(text, kind))) {
        for (const FieldWarning& warning : message.warnings) {
            invocation.output.warning(warning.pointer + ": " + warning.sentence);
        }
        drafts.push_back(std::move(message.draft));
    }
    if (given.attach.files.empty()) {
        if (!given.attach.media_types.empty()) return Error(Errc::Usage, "--media-type: no file");
    } else {
        if (drafts.size() != 1) return Error(Errc::Usage, "--attach goes with one message");
        DiskFiles files;
        drafts.front().attachments = CHAPAR_TRY(measure_attachments(files, given.attach));
    }
    for (const Draft& draft : drafts) CHAPAR_TRY(check_draft(draft));
    return drafts;
}

// Drafts that wait, and the requests that go out for them.
struct ForApproval {
    std::vector<OutboxNumber> waiting;
    std::vector<OutboxNumber> requests;
};

Result<ForApproval> keep_for_approval(DeviceContext& context, const SendArguments& given,
                                      const std::vector<Draft>& drafts,
                                      const std::vector<OfficeId>& approvers) {
    const Device device = context.device();
    const TimeMs now = context.now();
    auto txn = CHAPAR_TRY(context.store().begin_write());
    ForApproval kept;
    kept.waiting = CHAPAR_TRY(add_drafts(*txn, device, drafts, now, context.random()));
    for (const OutboxNumber number : kept.waiting) {
        const Draft request = CHAPAR_TRY(request_approvals(
            *txn, device, number, approvers, static_cast<std::uint8_t>(given.approvals),
            given.approval_text, now));
        const auto added =
            CHAPAR_TRY(add_drafts(*txn, device, {&request, 1}, now, context.random()));
        kept.requests.insert(kept.requests.end(), added.begin(), added.end());
    }
    CHAPAR_TRY(std::move(*txn).commit());
    return kept;
}

Status send_for_approval(Invocation& invocation, DeviceContext& context, const SendArguments& given,
                         const std::vector<Draft>& drafts) {
    if (given.approvals == 0 || given.approvals > limits::kApprovals) {
        return Error(Errc::Usage, "--approvals: 1 to 8");
    }
    std::vector<OfficeId> approvers;
    for (const std::string& name : given.approvers) {
        approvers.push_back(CHAPAR_TRY(OfficeId::parse(name)));
    }
    const ForApproval kept = CHAPAR_TRY(keep_for_approval(context, given, drafts, approvers));
    CHAPAR_TRY(dispatch(invocation, context, kept.requests, kept.waiting));
    const auto items = CHAPAR_TRY(show_items(invocation, context, kept.waiting));
    return Error(Errc::ApprovalsAwaited, uuid_text(items.front().message.view()));
}

Result<std::optional<schemas::Kind>> kind_named(const std::string& name) {
    if (name.empty()) return std::optional<schemas::Kind>();
    const schemas::KindInfo* info = schemas::find_kind(name);
    if (info == nullptr) return Error(Errc::NotFound, name + ": `chapar kinds ls` has them all");
    return std::optional(info->kind);
}

// As `inbox ls` and `outbox ls` show it. A reply is in the case of what it answers.
Status continue_case(const std::string& case_id, Draft& draft) {
    const auto bytes = from_hex(case_id);
    const auto id = bytes ? CaseId::from(*bytes) : std::nullopt;
    if (!id) return Error(Errc::Usage, "--case: 32 hexadecimal digits");
    if (draft.options.case_id && *draft.options.case_id != *id) {
        return Error(Errc::Usage, "--case: the message says another case");
    }
    draft.options.case_id = *id;
    return Done{};
}

Status send_now(Invocation& invocation, DeviceContext& context, const std::vector<Draft>& drafts) {
    const auto numbers = CHAPAR_TRY(context.keep_drafts(drafts));
    return dispatch(invocation, context, numbers);
}

// Completes a draft from what the command names. What the rules of its case propose.
Result<std::vector<CaseFinding>> address_draft(const Invocation& invocation, DeviceContext& context,
                                               const SendArguments& given, Draft& draft) {
    if (!given.case_id.empty()) CHAPAR_TRY(continue_case(given.case_id, draft));
    if (given.in_reply_to != 0) CHAPAR_TRY(address_reply(context, given.in_reply_to, draft));
    if (draft.options.to.empty()) return Error(Errc::FieldMissing, "/to");
    const std::size_t approvals = given.approvers.empty() ? 0 : given.approvals;
    return check_sending(invocation, context, draft, approvals);
}

Status preview(Invocation& invocation, const SendArguments& given, std::vector<Draft> drafts) {
    const auto address = [&](DeviceContext& context, Draft& draft) -> Status {
        CHAPAR_TRY(address_draft(invocation, context, given, draft));
        return Done{};
    };
    return show_dry_run(invocation, std::move(drafts), address);
}

Status send_drafts(Invocation& invocation, DeviceContext& context, const SendArguments& given,
                   std::vector<Draft> drafts) {
    std::vector<std::vector<CaseFinding>> proposed;
    for (Draft& draft : drafts) {
        proposed.push_back(CHAPAR_TRY(address_draft(invocation, context, given, draft)));
    }
    const Status sent = given.approvers.empty()
                            ? send_now(invocation, context, drafts)
                            : send_for_approval(invocation, context, given, drafts);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        show_proposed(invocation, drafts[i], proposed[i]);
    }
    return sent;
}

// Sends what is written, or shows what would be sent: the preview opens the home by itself, so
// `context`, if it is open already, ends before it.
Status send_text(Invocation& invocation, std::unique_ptr<DeviceContext> context,
                 const SendArguments& given, std::optional<schemas::Kind> kind,
                 const std::string& text) {
    auto drafts = CHAPAR_TRY(drafts_of(invocation, given, kind, text));
    if (given.dry_run) {
        context.reset();
        return preview(invocation, given, std::move(drafts));
    }
    if (!context) context = CHAPAR_TRY(DeviceContext::open(invocation));
    return send_drafts(invocation, *context, given, std::move(drafts));
}

// From the questions of a form to what was said; the draft of the form goes when it is handed over.
Status send_form(Invocation& invocation, DeviceContext& context, const SendArguments& given,
                 const AskedForm& asked) {
    const auto sent = [&]() -> Status {
        auto drafts = CHAPAR_TRY(drafts_of(invocation, given, std::nullopt, asked.message));
        return send_drafts(invocation, context, given, std::move(drafts));
    }();
    CHAPAR_TRY(FormDesk(invocation, context).settle(asked.number));
    return sent;
}

// What is known before the first question.
Status give_known(DeviceContext& context, const SendArguments& given, Form& form) {
    json::array to;
    for (const auto* names : {&given.to, &given.table.to}) {
        for (const std::string& name : *names) {
            to.emplace_back(CHAPAR_TRY(OfficeId::parse(name)).text());
        }
    }
    if (!given.table.agency.empty()) form.give("agency", json::value(given.table.agency));
    if (given.in_reply_to != 0) {
        const auto txn = CHAPAR_TRY(context.store().begin_read());
        const InboxItem item = CHAPAR_TRY(inbox_item(*txn, InboxNumber(given.in_reply_to)));
        form.give("in_reply_to", json::value(uuid_text(item.message.view())));
        if (to.empty()) to.emplace_back(item.sender_office.text());
    }
    if (!given.case_id.empty()) form.give("case", json::value(given.case_id));
    if (!to.empty()) form.give("to", std::move(to));
    return Done{};
}

Status ask(Invocation& invocation, const SendArguments& given, std::optional<schemas::Kind> kind) {
    if (!kind) return Error(Errc::Usage, "a file, or --kind for a form");
    auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    FormDesk desk(invocation, *context);
    Form form(*kind, desk.setting());
    CHAPAR_TRY(give_known(*context, given, form));
    const auto asked = CHAPAR_TRY(desk.ask(std::move(form)));
    if (!asked) return Done{};
    if (!given.dry_run) return send_form(invocation, *context, given, *asked);
    // The draft of the form stays.
    return send_text(invocation, std::move(context), given, std::nullopt, asked->message);
}

// From a file, or from what was set; the rest is the target's.
Status send_correction(Invocation& invocation, const SendArguments& given) {
    const CorrectionArguments& correction = given.correction;
    const std::string written = correction.set.empty()
                                    ? CHAPAR_TRY(read_input(given.file))
                                    : CHAPAR_TRY(written_correction(correction, given.to));
    auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const std::string text =
        CHAPAR_TRY(completed_corrections(*context, written, correction.of, given.case_id));
    return send_text(invocation, std::move(context), given, schemas::Kind::Correction, text);
}

Status send(Invocation& invocation, const SendArguments& given, std::optional<schemas::Kind> kind) {
    if (given.table.asked()) {
        const bool alone =
            given.file.empty() && given.attach.files.empty() && given.approvers.empty();
        if (!alone)
            return Error(Errc::Usage, "--csv goes without a file, attachments and approvals");
        return import_table(invocation, given.table, given.dry_run ? DryRun::Yes : DryRun::No);
    }
    if (!kind) kind = CHAPAR_TRY(kind_named(given.kind));
    const bool has_home = !invocation.home.empty() || !given.correction.of.empty();
    const bool is_written = !given.file.empty() || !given.correction.set.empty();
    if (kind == schemas::Kind::Correction && is_written && has_home) {
        return send_correction(invocation, given);
    }
    if (!given.correction.of.empty()) return Error(Errc::Usage, "--of: a file, or --set");
    if (given.file.empty()) return ask(invocation, given, kind);
    return send_text(invocation, nullptr, given, kind, CHAPAR_TRY(read_input(given.file)));
}

void add_send(CLI::App& parent, Invocation& invocation, const std::string& name,
              std::optional<schemas::Kind> kind, const std::string& description,
              const std::string& example) {
    auto given = std::make_shared<SendArguments>();
    CLI::App* command = add_command(parent, name, description, example);
    CLI::Option* const file =
        command->add_option("file,--from-json", given->file,
                            "JSON: one message or a list; - is standard input. Without it every "
                            "field is asked for");
    if (kind == schemas::Kind::SeizureAlert) {
        add_import_options(*command, given->table);
        file->excludes(command->get_option("--csv"));
    } else {
        command->add_option("--to", given->to, "offices, with commas, where a message is asked for")
            ->delimiter(',')
            ->allow_extra_args(false);
    }
    if (kind == schemas::Kind::Correction) {
        add_correction_options(*command, given->correction);
        file->excludes(command->get_option("--set"));
    }
    command->add_flag("--dry-run", given->dry_run, "check and show, send nothing");
    command->add_option("--attach", given->attach.files, "a file; may be given again")
        ->allow_extra_args(false);
    command
        ->add_option("--media-type", given->attach.media_types,
                     "of the files; found by their names if left out")
        ->allow_extra_args(false);
    command
        ->add_option("--needs-approval", given->approvers,
                     "offices that are asked to approve it, with commas; it waits until they have")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--approvals", given->approvals, "how many must approve; 1 if left out");
    command->add_option("--approval-text", given->approval_text, "what the approvers are told");
    const bool must_answer = kind == schemas::Kind::InfoReply || kind == schemas::Kind::RecallDone;
    if (must_answer || !kind) {
        command->add_option("--re", given->in_reply_to, "inbox number of what is answered")
            ->required(must_answer);
    }
    command->add_option("--case", given->case_id,
                        "the case that it continues, as inbox show has it");
    if (!kind) command->add_option("--kind", given->kind, "where the file does not name it");
    invocation.on(command, [&invocation, given, kind] { return send(invocation, *given, kind); });
}

}  // namespace

Status send_asked(Invocation& invocation, DeviceContext& context, const AskedForm& asked) {
    return send_form(invocation, context, SendArguments{}, asked);
}

void add_send_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* send = app.add_subcommand("send", "seal, sign and hand over");
    send->require_subcommand(1);
    add_send(*send, invocation, "seizure", schemas::Kind::SeizureAlert, "send seizure alerts",
             "chapar send seizure alert.json --home ~/npj");
    add_send(*send, invocation, "info-request", schemas::Kind::InfoRequest,
             "ask another office for information, field by field",
             "chapar send info-request --home ~/npj");
    add_send(*send, invocation, "lookout-inform", schemas::Kind::LookoutInform,
             "have someone or something looked out for and told",
             "chapar send lookout-inform --home ~/npj");
    add_send(*send, invocation, "lookout-coerce", schemas::Kind::LookoutCoerce,
             "have someone or something stopped, searched or arrested",
             "chapar send lookout-coerce --needs-approval UZ-NSS-HQ --approvals 2 --home ~/npj");
    add_send(*send, invocation, "precursor-incident", schemas::Kind::PrecursorIncident,
             "tell of an incident with precursors", "chapar send precursor-incident --home ~/npj");
    add_send(*send, invocation, "request", schemas::Kind::InfoRequest,
             "ask another office for information", "chapar send request plate.json --home ~/npj");
    add_send(*send, invocation, "reply", schemas::Kind::InfoReply, "answer a request",
             "chapar send reply answer.json --re 4 --home ~/skb");
    add_send(*send, invocation, "correction", schemas::Kind::Correction,
             "correct what was sent before; who gets it, case and marks are the target's",
             "chapar send correction --of 12 --set goods[0].quantity.value=11.5 --home ~/npj");

    add_send(*send, invocation, "recall-done", schemas::Kind::RecallDone,
             "answer a recall in words, such as why a text could not be deleted",
             "chapar send recall-done printed.json --re 5 --home ~/skb");

    add_send(*send, invocation, "message", std::nullopt,
             "send messages of any kind; `chapar kinds ls` lists them",
             "chapar send message consent.json --kind cd-consent --re 7 --home ~/uz");
    add_recall(app, invocation);
}

}  // namespace chapar::client
