// Recalls: a sender asks that a text be deleted; the recipient deletes it and signs that it did.
//
// Owns: the recipient's rule: a genuine Recall (kind 212) from a device of the same office that
// sent the target empties the target's text; its envelope hash stays (replay, evidence) and RECALL
// DONE is queued. A recall of something unknown or someone else's does nothing. The sender's side
// is an ordinary draft of kind 212 (cases/), its progress comes by events.h. Deleting cannot reach
// what a person has read or copied.
#pragma once

#include <optional>

#include "client/core/device.h"
#include "client/core/inbox.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "storage/store.h"

namespace chapar::client {

// `recall` is a settled item of kind 212 and this its content. The emptied item, or empty: the
// target is not here, not settled, another office's, or the recall only asks to stop using it. A
// recall that comes before its target (urgency orders deliveries) is remembered for it.
[[nodiscard]] Result<std::optional<InboxNumber>> apply_recall(storage::Txn& txn,
                                                              const Device& device,
                                                              const InboxItem& recall,
                                                              const schemas::Recall& content,
                                                              TimeMs now);
// `item` has just been settled: whether a recall of it came earlier.
[[nodiscard]] Result<std::optional<InboxNumber>> apply_earlier_recall(storage::Txn& txn,
                                                                      const Device& device,
                                                                      const InboxItem& item,
                                                                      TimeMs now);

}  // namespace chapar::client
