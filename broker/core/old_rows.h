// What a damaged store adds to the replay of its ledger, where bodies were shredded or pruned.
//
// Owns: which old rows are taken. The ledger has the last word: a row that the replay made stays as
// it made it. Only of an entry that it had to take as it stands (the body is gone, or the decision
// rests on one that is) can the store know more, and only these rows come from it:
//
//     record, envelope, operation, notice   rows that the replay has not, of such entries
//     stanza                                the same, and stages that such entries signed
//
// Directory, policies, holds and the rest of the state stand in bodies that are never erased.
// Mailboxes and deadlines need no old row either: nothing that waits may be shredded or pruned; an
// envelope that the replay has waiting, and the store not, is taken out if such an entry after it
// can be the reason.
//
// The old rows are walked: one that a walk meets and its key does not find is there, behind a
// damaged page, and not absent. Every row in which a whole old record contradicts the ledger is
// counted, and the first one named; damaged records contradict nothing.
//
// Does not know files, notes and payloads (rebuild.h). Errors: those of the stores.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/core/rebuild_writing.h"

namespace chapar::broker {

struct OldRows {
    std::uint64_t carried = 0;   // taken from the old store
    std::uint64_t left_out = 0;  // damaged, and perhaps no replay knows what they said
    std::uint64_t erased = 0;    // no longer waiting: what took them out was erased
    std::uint64_t differs = 0;   // the old store says otherwise than its ledger, unaccounted for
    std::string first_difference{};
};

// `gaps`: of stored_replay.h, not empty. `writing`: into the store that the replay made.
[[nodiscard]] Result<OldRows> take_old_rows(const storage::ReadTxn& old, storage::Store& fresh,
                                            RebuildWriting& writing, const std::vector<bool>& gaps);

}  // namespace chapar::broker
