// A message of the inbox that a command has opened: what is shown beside its text is worked out
// from one reading of it. Borrows everything.
#pragma once

#include "client/core/device.h"
#include "client/core/inbox.h"
#include "storage/store.h"

namespace chapar::client {

struct OpenedMessage {
    const storage::ReadTxn& txn;
    const Device& device;
    const InboxItem& item;
    const InboxText& text;
};

}  // namespace chapar::client
