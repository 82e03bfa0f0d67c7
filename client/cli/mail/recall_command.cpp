#include "client/cli/mail/recall_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/device/device_context.h"
#include "client/cli/mail/send_dispatch.h"
#include "client/cli/mail/sent_item.h"

namespace chapar::client {
namespace {

struct RecallArguments {
    std::string message, reason;
};

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

void add_recall(CLI::App& app, Invocation& invocation) {
    auto given = std::make_shared<RecallArguments>();
    CLI::App* command =
        add_command(app, "recall", "ask every recipient to delete an envelope, with proof",
                    "chapar recall 12 --reason \"wrong audience\" --home ~/npj");
    command->add_option("message", given->message, "message id or outbox number")->required();
    command->add_option("--reason", given->reason, "shown to the recipients")->required();
    invocation.on(command, [&invocation, given] { return recall(invocation, *given); });
}

}  // namespace chapar::client
