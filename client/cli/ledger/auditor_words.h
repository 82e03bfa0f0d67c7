// How ledger entries, search pages and an agency's completeness are said: text and JSON alike.
//
// Owns the words. Does not decide anything. Times in UTC.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "client/cli/terminal/table.h"
#include "client/core/mirror_buckets.h"
#include "client/core/mirror_entry.h"
#include "client/core/mirror_view.h"

namespace chapar::client {

struct Said {
    boost::json::object object;
    std::string text;
};
[[nodiscard]] std::vector<TextColumn> search_columns();
[[nodiscard]] TableRow row_of(const EntrySummary& entry);
// One entry with all that its body holds.
[[nodiscard]] Said say(const OpenedEntry& entry, const EntrySummary* summary);
[[nodiscard]] Said say(const ViewReport& report);
[[nodiscard]] std::vector<TextColumn> bucket_columns();
[[nodiscard]] TableRow row_of(const BucketRow& row, TimeMs now);

}  // namespace chapar::client
