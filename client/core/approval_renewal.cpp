#include <algorithm>
#include <utility>

#include "client/core/approval.h"
#include "client/core/inbox_judge.h"
#include "client/core/peer_trust.h"
#include "client/core/store_errors.h"
#include "schemas/base/error_catalogue.h"

namespace chapar::client {
namespace {

using schemas::Stage;

// Why one of the approvals that this draft has counts no longer, in whose name it was given.
Result<std::optional<Error>> lost_approval(const storage::ReadTxn& txn, const Device& device,
                                           const OutboxItem& item, TimeMs now) {
    const auto draft = stored_draft(txn, device, item.number);
    if (!draft) {
        // It cannot be sealed either, and says so there.
        if (is_store_error(draft.error().code)) return draft.error();
        return std::optional<Error>();
    }
    const DirectoryView directory(txn);
    for (const crypto::Approval& one : item.approvals.given) {
        const Status counts = check_given(directory, device, *draft, one, now);
        if (counts) continue;
        if (is_store_error(counts.error().code)) return counts.error();
        const auto approver = CHAPAR_TRY(directory.device(one.approver));
        return std::optional(Error(
            counts.error().code,
            "the approval of " +
                (approver ? approver->record.request.request.office.text() : "an unknown device") +
                " no longer counts"));
    }
    return std::optional<Error>();
}

Result<std::vector<OfficeId>> reachable(const storage::ReadTxn& txn, const Device& device,
                                        const std::vector<OfficeId>& asked, TimeMs now) {
    std::vector<OfficeId> offices;
    for (const OfficeId& office : asked) {
        const auto devices = devices_to_seal_to(DirectoryView(txn), device.roots, office, now);
        if (devices && !devices->empty()) offices.push_back(office);
        if (!devices && is_store_error(devices.error().code)) return devices.error();
    }
    return offices;
}

// The draft waits again. Answers that came are read again: those that still count need not be
// given twice.
Result<std::optional<OutboxNumber>> ask_again(storage::Txn& txn, const Device& device,
                                              const OutboxItem& before, TimeMs now,
                                              crypto::Random& random) {
    const OutboxApprovals& approvals = before.approvals;
    const auto offices = CHAPAR_TRY(reachable(txn, device, approvals.asked, now));
    if (offices.empty()) {
        OutboxItem item = before;
        item.approvals.given.clear();
        item.approvals.answers_seen.clear();
        CHAPAR_TRY(outbox_await_approvals(txn, std::move(item)));
        return std::optional<OutboxNumber>();
    }
    const Draft request = CHAPAR_TRY(
        request_approvals(txn, device, before.number, offices, approvals.needed, "", now));
    return std::optional(CHAPAR_TRY(add_drafts(txn, device, {&request, 1}, now, random)).front());
}

}  // namespace

Result<std::vector<LostApproval>> renew_approvals(storage::Txn& txn, const Device& device,
                                                  TimeMs now, crypto::Random& random) {
    std::vector<LostApproval> lost;
    for (const OutboxItem& before : CHAPAR_TRY(outbox_items(txn))) {
        const bool approved = before.stage == Stage::Drafted && !before.approvals.given.empty();
        if (!approved || before.expires <= now) continue;
        const auto why = CHAPAR_TRY(lost_approval(txn, device, before, now));
        if (!why) continue;
        const auto request = CHAPAR_TRY(ask_again(txn, device, before, now, random));
        OutboxItem item = CHAPAR_TRY(outbox_item(txn, before.number));
        item.approvals.asked = before.approvals.asked;
        item.problem = {};
        item.problem.code = text_of(why->code).code;
        item.problem.context =
            why->context + (request ? "; it is asked for again"
                                    : "; nobody who was asked can be reached: drop it, ask others");
        CHAPAR_TRY(outbox_update(txn, item));
        lost.push_back({item.number, request, Error(why->code, item.problem.context)});
    }
    return lost;
}

}  // namespace chapar::client
