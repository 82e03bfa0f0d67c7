// Entries taken as they stand: the tree goes on over a gap in what can be read.
//
// Owns: how recorded bytes enter ledger tables and frontier without being made again, and whether a
// gap is one that the record itself accounts for. Does not know decisions.
#pragma once

#include <span>

#include "broker/core/replay.h"
#include "broker/core/replay_rebuild.h"

namespace chapar::broker {

// Why an entry cannot be read.
enum class Closed : std::uint8_t {
    Foreign,      // of other agencies; this key is an agency's
    Shredded,     // a SHRED entry accounts for it
    Pruned,       // a PRUNE entry accounts for it
    Unaccounted,  // nothing does: a difference
};
// REQUIRES: `why` is what open_recorded() said of this entry.
[[nodiscard]] Closed why_closed(const RecordedEntry& entry, EntryIndex index, Errc why,
                                const RecordedKeys& keys);
[[nodiscard]] bool is_closed(Errc code);

// Appends the entries, seals the head over them. `newest`: exact time of the last one, if it is
// known. LeafInvalid for a leaf that cannot follow.
[[nodiscard]] Status append_given(storage::Txn& txn, Frontier& frontier,
                                  std::span<const RecordedEntry> entries,
                                  std::optional<TimeMs> newest);

}  // namespace chapar::broker
