// Recalls: a sender asks that a text be deleted; the recipient deletes it and signs that it did.
//
// Owns: the recipient's rule: a genuine Recall (kind 212) from a device of the same office that
// sent the target empties the target's text, and that of every envelope of the same office that
// names the target in its `derivedFrom` (it was sealed again for some device); the envelope hashes
// stay (replay, evidence) and RECALL DONE is queued for each. A recall of something unknown or
// someone else's does nothing. The sender's side is an ordinary draft of kind 212 (cases/), its
// progress comes by events.h; from its drafting on, the target is not sealed again. Deleting cannot
// reach what a person has read or copied.
#pragma once

#include <optional>

#include "client/core/device.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "storage/store.h"

namespace chapar::client {

// What a recipient deletes with. Borrows.
struct Recalling {
    storage::Txn& txn;
    const Device& device;
    TimeMs now;
    crypto::Random& random;
};

// Recipient. `recall` is a settled item of kind 212 and this its content. The emptied item (of
// several the first), or empty: the target is not here, not settled, another office's, or the
// recall only asks to stop using it. A recall is remembered for what comes after it (urgency orders
// deliveries).
[[nodiscard]] Result<std::optional<InboxNumber>> apply_recall(const Recalling& recalling,
                                                              const InboxItem& recall,
                                                              const schemas::Recall& content);
// `item` has just been settled: whether a recall of it came earlier.
[[nodiscard]] Result<std::optional<InboxNumber>> apply_earlier_recall(const Recalling& recalling,
                                                                      const InboxItem& item);

// Sender. Draft `recall` of the outbox asks to recall this message.
[[nodiscard]] Status mark_recalled(storage::Txn& txn, const MessageId& target, OutboxNumber recall);
// Whether a recall of it, or of what it repeats, stands in the outbox (a dropped one does not).
[[nodiscard]] Result<bool> is_recalled(const storage::ReadTxn& txn, const OutboxItem& item);

}  // namespace chapar::client
