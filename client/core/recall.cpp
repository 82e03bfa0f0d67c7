#include "client/core/recall.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "client/core/inbox_store.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

constexpr std::string_view kEarly = "recall";
constexpr std::string_view kSent = "sent-recall";

// A recall of this message by this office, whichever of its devices.
Bytes early_key(const MessageId& target, const OfficeId& office) {
    return LayoutWriter().raw(view(kEarly)).raw(target.view()).raw(view(office.text())).take();
}

// The message itself, or one made of it: the same text, sealed again for some device.
bool says(const InboxItem& item, const MessageId& target) {
    return item.message == target ||
           std::ranges::find(item.derived_from, target) != item.derived_from.end();
}

Bytes sent_key(const MessageId& target) {
    return LayoutWriter().raw(view(kSent)).raw(target.view()).take();
}

Result<bool> has_recall(const storage::ReadTxn& txn, const MessageId& target) {
    const Bytes prefix = sent_key(target);
    const auto cursor = txn.cursor(tables::kState);
    CHAPAR_TRY(cursor->seek(prefix));
    while (cursor->at_record() && starts_with(cursor->key(), prefix)) {
        const auto recall =
            CHAPAR_TRY(txn.get(tables::kOutbox, number_key(number_at_end(cursor->key()))));
        if (recall) return true;
        CHAPAR_TRY(cursor->next());
    }
    return false;
}

Status empty(const Recalling& recalling, InboxItem target) {
    const auto& [txn, device, now, random] = recalling;
    CHAPAR_TRY(inbox_store::erase_text(txn, device, target.number, random));
    target.state = InboxState::Recalled;
    CHAPAR_TRY(inbox_store::put_item(txn, target));
    return queue_statement(txn, {crypto::DeliveryEvent::RecallDone, target.hash, device.certificate,
                                 target.accepted, now, statement_reason::kNone});
}

}  // namespace

Result<std::optional<InboxNumber>> apply_recall(const Recalling& recalling, const InboxItem& recall,
                                                const schemas::Recall& content) {
    storage::Txn& txn = recalling.txn;
    std::optional<InboxNumber> first;
    if (content.action == schemas::RecallAction::StopUsing) return first;
    for (const InboxItem& item : CHAPAR_TRY(inbox_items(txn))) {
        // Only who sent it may take it back.
        const bool same_office = item.sender_office == recall.sender_office &&
                                 item.sender_agency == recall.sender_agency;
        const bool other = item.number != recall.number;
        if (!same_office || !other || !is_settled(item) || !says(item, content.target)) continue;
        CHAPAR_TRY(empty(recalling, item));
        if (!first) first = item.number;
    }
    // Also when the target was here: a copy of it, sealed again, may still be on its way.
    CHAPAR_TRY(put_number(txn, tables::kState, early_key(content.target, recall.sender_office),
                          recall.number.value));
    return first;
}

Result<std::optional<InboxNumber>> apply_earlier_recall(const Recalling& recalling,
                                                        const InboxItem& item) {
    std::vector<MessageId> origins = item.derived_from;
    origins.push_back(item.message);
    for (const MessageId& origin : origins) {
        const Bytes key = early_key(origin, item.sender_office);
        if (!CHAPAR_TRY(get_number(recalling.txn, tables::kState, key))) continue;
        CHAPAR_TRY(empty(recalling, item));
        return std::optional(item.number);
    }
    return std::optional<InboxNumber>();
}

Status mark_recalled(storage::Txn& txn, const MessageId& target, OutboxNumber recall) {
    return put_number(txn, tables::kState, numbered_key(sent_key(target), recall.value),
                      recall.value);
}

Result<bool> is_recalled(const storage::ReadTxn& txn, const OutboxItem& item) {
    if (CHAPAR_TRY(has_recall(txn, item.message))) return true;
    if (!item.reseal.first) return false;
    // What an item repeats has a smaller number: this ends.
    CHAPAR_ASSERT(*item.reseal.first < item.number);
    return is_recalled(txn, CHAPAR_TRY(outbox_item(txn, *item.reseal.first)));
}

}  // namespace chapar::client
