// The seizures that this device knows of: alerts it received and sent, as they stand now.
//
// Owns: which alerts count (settled, not recalled, each once), what is left out and how often.
// Alerts stand as their corrections leave them (corrections.h). Does not know columns, files or
// sums. An alert of two agencies about one seizure counts as two: nothing in it says that they are
// one. Reads the store; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/core/corrections.h"
#include "client/core/device.h"
#include "client/core/inbox.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "storage/store.h"

namespace chapar::client {

struct SeizureRecord {
    schemas::SeizureAlert alert;  // after its corrections
    MessageWay way = MessageWay::Received;
    std::uint64_t number = 0;  // of the inbox, or of the outbox
    schemas::Header header;
    OfficeId office;  // that sent it
    AgencyId agency;
    std::vector<OfficeId> to;  // of what was sent
    std::vector<MessageId> corrected_by;
    std::string trust;  // "own", "verified", ..; then "provisional" or "disputed"
};

struct SeizureWish {
    bool received = true;
    bool sent = true;
    // Of the event: from `since`, before `until`.
    std::optional<TimeMs> since;
    std::optional<TimeMs> until;
    // Above it, and where releasableTo is given from H2 on only, an alert stays on this device.
    schemas::Handling up_to = schemas::Handling::H1;
    bool doubtful = false;  // provisional and disputed ones too
};

struct SeizuresLeftOut {
    std::uint64_t handling = 0;    // above what was wished, or for some recipients only
    std::uint64_t doubtful = 0;    // provisional or disputed
    std::uint64_t recalled = 0;    // by its sender
    std::uint64_t unreadable = 0;  // its text is gone or does not open
    std::uint64_t sent_again = 0;  // says what an earlier one says
    std::uint64_t uncorrected =
        0;  // counted with the others, without a correction that does not fit
    bool operator==(const SeizuresLeftOut&) const = default;
};

// Calls `each` for every alert: those received, newest first, then those sent. Its error ends it.
[[nodiscard]] Result<SeizuresLeftOut> each_seizure(
    const storage::ReadTxn& txn, const Device& device, const SeizureWish& wish,
    const std::function<Status(const SeizureRecord&)>& each);

}  // namespace chapar::client
