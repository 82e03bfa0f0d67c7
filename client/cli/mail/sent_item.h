// An item of the outbox by what a person calls it.
#pragma once

#include <string>

#include "client/core/outbox.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

// Its message id, or its number. NotFound.
[[nodiscard]] Result<OutboxItem> find_sent(const storage::ReadTxn& txn, const std::string& name);

}  // namespace chapar::client
