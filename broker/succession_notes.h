// How far the old ledger is known to have reached, before it is closed for ever.
//
// Owns: all notes that repair_notes.h knows, and the question to every witness of the policy that
// can be reached for the one it keeps; which of them did not answer; and whether a quorum of the
// policy has cosigned the newest. Nothing that comes over a carrier is believed but notes under our
// own log key. Does not judge them against the store (succession.h). Blocks: 1 s a witness.
// Errors: those of collect_notes() and of the policy; NotFound: no note of this ledger is known.
#pragma once

#include <string>
#include <vector>

#include "broker/program.h"
#include "broker/repair_notes.h"

namespace chapar::broker {

struct FarthestNotes {
    std::vector<KnownNote> notes;     // by size; at least one
    std::vector<std::string> silent;  // "witness NAME: why"; asked, and nothing to show for it
    std::string witnessed;            // a sentence about the newest note, for people
};
[[nodiscard]] Result<FarthestNotes> farthest_notes(const BrokerDirectory& opened,
                                                   const std::vector<std::string>& files);

}  // namespace chapar::broker
