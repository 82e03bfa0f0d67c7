// Outbox and inbox items as a person or a script sees them: one line, or one JSON object.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "client/core/inbox.h"
#include "client/core/outbox.h"

namespace chapar::client {

struct ItemView {
    boost::json::object object;
    std::string text;
};

[[nodiscard]] ItemView view_of(const OutboxItem& item);
[[nodiscard]] ItemView view_of(const InboxItem& item);
// "2026-11-21T12:00:00Z"
[[nodiscard]] std::string utc(TimeMs time);

}  // namespace chapar::client
