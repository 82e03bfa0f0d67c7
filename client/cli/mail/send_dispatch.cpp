#include "client/cli/mail/send_dispatch.h"

#include <optional>
#include <string>

#include "client/cli/mail/item_view.h"
#include "client/core/directory_replica.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

bool by_policy(Errc code) {
    return code == Errc::PolicyRefused || code == Errc::ApprovalMissing || code == Errc::PolicySize;
}

// A refusal weighs most; then whatever keeps an item on this computer.
Status worst_of(const std::vector<OutboxItem>& items, const Status& outcome) {
    std::optional<Error> worst;
    for (const OutboxItem& item : items) {
        const Errc code = errc_of(item.problem.code).value_or(Errc::Internal);
        if (item.stage == schemas::Stage::Refused) {
            const std::string rule =
                item.problem.rule.empty() ? "no rule permits it" : "rule " + item.problem.rule;
            return Error(code, by_policy(code) ? rule : item.problem.context);
        }
        if (item.stage == schemas::Stage::Logged || worst) continue;
        const bool waits = outcome || outcome.error().code == Errc::Unreachable;
        worst = Error(waits ? Errc::Queued : outcome.error().code, uuid_text(item.message.view()));
    }
    if (worst) return *worst;
    return Done{};
}

// What was refused for a key that had changed may have gone again at once: then that one counts.
Result<std::vector<OutboxNumber>> latest_of(DeviceContext& context,
                                            const std::vector<OutboxNumber>& numbers) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    std::vector<OutboxNumber> latest;
    for (OutboxNumber number : numbers) {
        for (OutboxItem item = CHAPAR_TRY(outbox_item(*txn, number)); item.reseal.instead;
             item = CHAPAR_TRY(outbox_item(*txn, number))) {
            number = *item.reseal.instead;
        }
        latest.push_back(number);
    }
    return latest;
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

// Without a line the directory grows old: told before it stops what is confidential.
Status warn_of_directory(const Invocation& invocation, DeviceContext& context) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const TimeMs synced = CHAPAR_TRY(DirectoryView(*txn).synced_at());
    const TimeMs now = context.now();
    if (synced == TimeMs(0) || now < synced + kDay) return Done{};
    invocation.output.warning("the directory of this device is " +
                              std::to_string((now.value - synced.value) / kHour.value) +
                              " hours old; after 7 days nothing confidential can be sent");
    return Done{};
}

}  // namespace

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

Status dispatch(Invocation& invocation, DeviceContext& context,
                const std::vector<OutboxNumber>& drafts,
                const std::vector<OutboxNumber>& with_them) {
    const Status connected = context.connect();
    if (connected) warn_of_clock(invocation, context);
    if (!connected) CHAPAR_TRY(warn_of_directory(invocation, context));
    const Status sealed = context.seal(drafts);
    if (!sealed) {
        // Offline, the directory may just be old: the draft waits. With a fresh directory the
        // input itself is wrong, and the person still has it.
        if (connected) {
            CHAPAR_TRY(context.drop(drafts));
            CHAPAR_TRY(context.drop(with_them));
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
    const auto went = CHAPAR_TRY(latest_of(context, drafts));
    const auto items = CHAPAR_TRY(show_items(invocation, context, went));
    return worst_of(items, outcome);
}

}  // namespace chapar::client
