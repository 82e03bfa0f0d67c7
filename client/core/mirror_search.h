// Search in a viewed mirror: by office, case, kind, time, refused; page by page.
//
// Owns: the secondary indexes and the choice among them. A page costs what it shows plus what it
// passes over; nothing is loaded whole. Does not know who may see what: the tables hold one
// reader's entries and the public ones. Source: ux.md 3.3.
#pragma once

#include <optional>
#include <vector>

#include "client/core/mirror_entry.h"

namespace chapar::client {

struct MirrorQuery {
    std::optional<OfficeId> office = std::nullopt;
    std::optional<CaseId> case_id = std::nullopt;
    std::optional<std::uint16_t> kind = std::nullopt;
    std::optional<TimeMs> from = std::nullopt;  // included
    std::optional<TimeMs> to = std::nullopt;    // excluded
    bool refused = false;
    std::optional<EntryIndex> after = std::nullopt;  // entries above it only
    std::size_t limit = 50;                          // >= 1
};
struct MirrorPage {
    std::vector<EntrySummary> entries;  // by index
    std::optional<EntryIndex> after;    // for the next page; empty: there is none
};
[[nodiscard]] Result<MirrorPage> search_mirror(const storage::ReadTxn& txn,
                                               const MirrorQuery& query);

// Writes the summary and its rows in the indexes.
[[nodiscard]] Status index_entry(storage::Txn& txn, const EntrySummary& summary);

}  // namespace chapar::client
