#include "client/core/recall.h"

#include <string_view>

#include "client/core/inbox_store.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

constexpr std::string_view kEarly = "recall";

// A recall of this message by this office, whichever of its devices.
Bytes early_key(const MessageId& target, const OfficeId& office) {
    return LayoutWriter().raw(view(kEarly)).raw(target.view()).raw(view(office.text())).take();
}

bool is_settled(const InboxItem& item) {
    return item.state == InboxState::Received || item.state == InboxState::Opened ||
           item.state == InboxState::Acknowledged;
}

Status empty(storage::Txn& txn, const Device& device, InboxItem target, TimeMs now) {
    CHAPAR_TRY(inbox_store::erase_text(txn, device, target.number));
    target.state = InboxState::Recalled;
    CHAPAR_TRY(inbox_store::put_item(txn, target));
    return queue_statement(txn, {crypto::DeliveryEvent::RecallDone, target.hash, device.certificate,
                                 target.accepted, now, statement_reason::kNone});
}

}  // namespace

Result<std::optional<InboxNumber>> apply_recall(storage::Txn& txn, const Device& device,
                                                const InboxItem& recall,
                                                const schemas::Recall& content, TimeMs now) {
    if (content.action == schemas::RecallAction::StopUsing) return std::optional<InboxNumber>();
    for (const InboxItem& target : CHAPAR_TRY(inbox_find(txn, content.target))) {
        // Only who sent it may take it back.
        const bool same_office = target.sender_office == recall.sender_office &&
                                 target.sender_agency == recall.sender_agency;
        if (!same_office || !is_settled(target)) continue;
        CHAPAR_TRY(empty(txn, device, target, now));
        return std::optional(target.number);
    }
    CHAPAR_TRY(put_number(txn, tables::kState, early_key(content.target, recall.sender_office),
                          recall.number.value));
    return std::optional<InboxNumber>();
}

Result<std::optional<InboxNumber>> apply_earlier_recall(storage::Txn& txn, const Device& device,
                                                        const InboxItem& item, TimeMs now) {
    const Bytes key = early_key(item.message, item.sender_office);
    if (!CHAPAR_TRY(get_number(txn, tables::kState, key))) return std::optional<InboxNumber>();
    CHAPAR_TRY(empty(txn, device, item, now));
    return std::optional(item.number);
}

}  // namespace chapar::client
