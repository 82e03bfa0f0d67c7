#include "client/cli/mail/sent_item.h"

#include <utility>

#include "schemas/base/uuid.h"

namespace chapar::client {

Result<OutboxItem> find_sent(const storage::ReadTxn& txn, const std::string& name) {
    if (const auto id = parse_uuid(name)) return outbox_item(txn, MessageId{*id});
    for (OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (std::to_string(item.number.value) == name) return std::move(item);
    }
    return Error(Errc::NotFound, name);
}

}  // namespace chapar::client
