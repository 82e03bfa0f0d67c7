// What this device holds of one case: sent and received, in the order of the ledger.
//
// Owns: which messages count. Received ones that nothing may rest on (provisional, unopenable,
// recalled), sent ones that were refused, and texts that cannot be read any more do not. Does not
// know what they mean for each other (client/cases/case_rules.h). Errors: those of the store.
#pragma once

#include <optional>
#include <vector>

#include "client/core/device.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "storage/store.h"

namespace chapar::client {

struct CaseMessage {
    MessageId message;
    std::optional<EntryIndex> entry;  // of the ledger; none: on this computer only
    schemas::Payload payload;
    std::optional<AgencyId> agency{};  // of its sender; none: not known
    bool operator==(const CaseMessage&) const = default;
};

// With `before`, only what was logged before that entry: what was known when it came.
[[nodiscard]] Result<std::vector<CaseMessage>> messages_of_case(
    const storage::ReadTxn& txn, const Device& device, const CaseId& case_id,
    std::optional<EntryIndex> before = std::nullopt);

}  // namespace chapar::client
