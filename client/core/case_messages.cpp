#include "client/core/case_messages.h"

#include <algorithm>
#include <utility>

#include "client/core/compose.h"
#include "client/core/inbox.h"
#include "client/core/inbox_page.h"
#include "client/core/outbox.h"
#include "schemas/delivery_state.h"

namespace chapar::client {
namespace {

Status add_received(const storage::ReadTxn& txn, const Device& device, const CaseId& case_id,
                    std::vector<CaseMessage>& out) {
    InboxFilter filter;
    filter.case_id = case_id;
    return each_inbox_item(txn, device, filter, [&](const InboxItem& item) -> Status {
        if (!is_settled(item)) return Done{};
        // One that cannot be read any more holds up no other message of its case.
        Result<InboxText> text = inbox_text(txn, device, item.number);
        if (!text) return Done{};
        out.push_back(
            {item.message, item.accepted, std::move(text->content.payload), item.sender_agency});
        return Done{};
    });
}

Status add_sent(const storage::ReadTxn& txn, const Device& device, const CaseId& case_id,
                std::vector<CaseMessage>& out) {
    for (const OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (item.case_id != case_id || item.stage == schemas::Stage::Refused) continue;
        Result<StoredDraft> draft = stored_draft(txn, device, item.number);
        if (!draft) continue;
        out.push_back({item.message, item.entry, std::move(draft->content.payload), device.agency});
    }
    return Done{};
}

// What is not logged comes after everything that is.
bool is_earlier(const CaseMessage& x, const CaseMessage& y) {
    if (x.entry && y.entry) return *x.entry < *y.entry;
    return x.entry.has_value() && !y.entry;
}

}  // namespace

Result<std::vector<CaseMessage>> messages_of_case(const storage::ReadTxn& txn, const Device& device,
                                                  const CaseId& case_id,
                                                  std::optional<EntryIndex> before) {
    std::vector<CaseMessage> out;
    CHAPAR_TRY(add_received(txn, device, case_id, out));
    CHAPAR_TRY(add_sent(txn, device, case_id, out));
    if (before) {
        std::erase_if(out, [before](const CaseMessage& one) {
            return !one.entry || !(*one.entry < *before);
        });
    }
    std::ranges::stable_sort(out, is_earlier);
    return out;
}

}  // namespace chapar::client
