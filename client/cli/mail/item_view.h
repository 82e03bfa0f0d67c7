// Outbox and inbox items as a person or a script sees them: one line, or one JSON object; and one
// message with all that stands around it (message_view.cpp).
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "client/cli/terminal/text_columns.h"
#include "client/core/awaited_proofs.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "client/core/peer_trust.h"
#include "schemas/kinds/labels.h"

namespace chapar::client {

struct ItemView {
    boost::json::object object;
    std::vector<std::string> cells;  // of outbox_columns() or inbox_columns()
    ShownText text;                  // the cells as one line, in columns of the usual width
};
// Of the outbox and of the inbox, without headings; for a Table of many.
[[nodiscard]] std::vector<TextColumn> outbox_columns();
[[nodiscard]] std::vector<TextColumn> inbox_columns();

[[nodiscard]] ItemView view_of(const OutboxItem& item, const WitnessState& witnessed = {});
[[nodiscard]] ItemView view_of(const InboxItem& item, const WitnessState& witnessed = {});
// With how far its receipt is.
[[nodiscard]] Result<ItemView> view_in(const storage::ReadTxn& txn, const OutboxItem& item);
[[nodiscard]] Result<ItemView> view_in(const storage::ReadTxn& txn, const InboxItem& item);

// Whether the text of an attachment can be read without the broker.
enum class Whereabouts : std::uint8_t { Here, NotFetched };
struct ShownAttachment {
    InboxAttachment what;
    Whereabouts here = Whereabouts::Here;
};
// Everything that stands around a text when a person reads it.
struct ShownItem {
    const InboxItem& item;
    Trust trust = Trust::Unconfirmed;  // of the sender, where it was accepted
    std::vector<InboxApproval> approvals;
    std::vector<ShownAttachment> attachments;
};
struct ReadingView {
    boost::json::object object;
    std::vector<ShownText> lines;
};
// `message`: of render_message(). Fields and codes in `language`, free text as it was written.
// Names of attachments are shown as they would be saved.
[[nodiscard]] ReadingView view_of(const ShownItem& shown, const std::string& message,
                                  schemas::Language language);

// "2026-11-21T12:00:00Z"
[[nodiscard]] std::string utc(TimeMs time);

}  // namespace chapar::client
