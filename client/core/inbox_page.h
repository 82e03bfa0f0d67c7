// The inbox as it is looked at: newest first, a page at a time, only what is asked for.
//
// Owns: which items a filter lets through, by the index (inbox_index.h), so that a page of a
// hundred thousand costs what it shows. Does not know words or screens.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/core/device.h"
#include "client/core/inbox.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

// All that are set must fit.
struct InboxFilter {
    std::optional<schemas::Urgency> urgency;
    std::optional<schemas::Kind> kind;
    std::optional<CaseId> case_id;
    std::string substance;  // by any of its names (substance_names.h); empty: any
};

struct InboxPage {
    std::vector<InboxItem> items;      // by number, downwards
    std::optional<InboxNumber> after;  // the last of them, if there are more
};

// At most `most` items with numbers below `after`; without it, the newest. RecordKeyGone,
// RecordKeyDamaged or OpenFailed where the index of substances is lost (inbox_index::make_again()).
[[nodiscard]] Result<InboxPage> inbox_page(const storage::ReadTxn& txn, const Device& device,
                                           const InboxFilter& filter, std::size_t most,
                                           std::optional<InboxNumber> after = std::nullopt);
// All of them, newest first, a page in memory at a time. The error of `each` ends it.
[[nodiscard]] Status each_inbox_item(const storage::ReadTxn& txn, const Device& device,
                                     const InboxFilter& filter,
                                     const std::function<Status(const InboxItem&)>& each);

}  // namespace chapar::client
