#include "client/cli/mail/approve_commands.h"

#include <CLI/CLI.hpp>

#include "client/cases/message_json.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/send_dispatch.h"
#include "client/cli/records/sign_flow.h"
#include "client/core/approval.h"
#include "client/core/attachment.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct ApproveArguments {
    std::string message;
    std::string refusal;
    bool yes = false;
};

// By the message id that is asked about, or by the inbox number of the request.
Result<InboxItem> find(DeviceContext& context, const std::string& name) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    if (const auto id = parse_uuid(name)) {
        return find_request(*txn, context.device(), MessageId{*id});
    }
    for (InboxItem& item : CHAPAR_TRY(inbox_items(*txn))) {
        if (std::to_string(item.number.value) != name) continue;
        if (item.kind != schemas::Kind::ApprovalRequest) {
            return Error(Errc::Conflict, "#" + name + " asks for no approval");
        }
        if (item.state == InboxState::Provisional) return Error(Errc::Provisional, "#" + name);
        return std::move(item);
    }
    return Error(Errc::NotFound, name);
}

Result<InboxText> text_of_request(DeviceContext& context, const InboxItem& request) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    return inbox_text(*txn, context.device(), request.number);
}

// A draft too large to come with its request is fetched as any other attachment.
Result<Bytes> draft_bytes(DeviceContext& context, const InboxItem& request, const InboxText& text) {
    const InboxAttachment& attachment = text.attachments.front();
    if (attachment.text) return *attachment.text;
    if (attachment.listed.length > limits::kHeaderBytes + limits::kContentBytes * 2) {
        return Error(Errc::TooLarge, "draft");
    }
    if (!context.connected()) CHAPAR_TRY(context.connect());
    CHAPAR_TRY(context.fetch_attachments(request.number));
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const auto secrets = CHAPAR_TRY(stream_secrets(*txn, context.device(), request.number));
    const auto blob = CHAPAR_TRY(context.blobs().open(attachment.commitment.root));
    Bytes out;
    const AttachmentSeal seal{secrets.at(attachment.stream), attachment.commitment,
                              attachment.listed.length, attachment.digest};
    CHAPAR_TRY(open_attachment(
        seal, [&blob](std::uint64_t chunk) { return blob->chunk(chunk); },
        [&out](ByteView piece) -> Status {
            append(out, piece);
            return Done{};
        }));
    return out;
}

Status send_answer(Invocation& invocation, DeviceContext& context, const Draft& answer,
                   const InboxItem& request) {
    const auto numbers = CHAPAR_TRY(context.keep_drafts({&answer, 1}));
    CHAPAR_TRY(in_transaction(context.store(), [&](storage::Txn& txn) {
        return mark_acknowledged(txn, context.device(), request.number, context.now());
    }));
    return dispatch(invocation, context, numbers);
}

Status approve_draft(Invocation& invocation, const ApproveArguments& given) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const InboxItem request = CHAPAR_TRY(find(*context, given.message));
    const InboxText text = CHAPAR_TRY(text_of_request(*context, request));
    if (!given.refusal.empty()) {
        const auto* asked = std::get_if<schemas::ApprovalRequest>(&text.content.payload);
        if (asked == nullptr) return Error(Errc::MalformedLayout, "request");
        return send_answer(invocation, *context, refuse(request, asked->target, given.refusal),
                           request);
    }
    const Bytes bytes = CHAPAR_TRY(draft_bytes(*context, request, text));
    const DraftedEnvelope drafted = CHAPAR_TRY(read_drafted(request, text, bytes));
    const std::string shown = render_drafted(drafted);
    invocation.output.result(json::object{{"drafted", json::parse(shown)}},
                             request.sender_office.text() + " asks: " + shown);
    // Who has opened the request with `inbox show` has read the draft there.
    const bool read = request.state != InboxState::Received && text.attachments.front().text;
    if (!given.yes && !read) {
        CHAPAR_TRY(confirm("Do you approve exactly this text, to exactly these offices?"));
    }
    return send_answer(invocation, *context, approve(context->device(), request, drafted), request);
}

}  // namespace

void add_approve_commands(CLI::App& app, Invocation& invocation) {
    auto given = std::make_shared<ApproveArguments>();
    CLI::App* command =
        add_command(app, "approve", "approve a draft of another officer, or refuse to",
                    "chapar approve 0196ad2c-7f10-7a3e-9d44-0c5b7f6e2a91 --home ~/prosecutor");
    command
        ->add_option("message", given->message,
                     "id of the message that is asked about, or inbox number of the request")
        ->required();
    command->add_option("--refuse", given->refusal, "say no, with this reason");
    command->add_flag("--yes", given->yes,
                      "do not ask, though the draft was not opened with inbox show");
    invocation.on(command, [&invocation, given] { return approve_draft(invocation, *given); });
}

}  // namespace chapar::client
