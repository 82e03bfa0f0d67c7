// From what the core says to what a frame says: heads, proofs, outcomes.
//
// Owns: the translation and the splitting of long answers into frames below limits::kFrameBytes.
// Does not know who asked; callers have decided what they may see. An outcome whose proofs do not
// fit one frame is continued by one of the same `about`, with the further proofs alone.
//
// Thread: loop thread; borrows for the call.
#pragma once

#include <vector>

#include "broker/core/ledger_read.h"
#include "broker/core/outcome.h"
#include "broker/edge/tick.h"
#include "schemas/frames.h"

namespace chapar::broker {

// The published head, with the path from what this reader was told last; `told` becomes its size.
[[nodiscard]] Result<schemas::Head> next_head(const storage::ReadTxn& txn, const Tick& tick,
                                              TreeSize& told);
[[nodiscard]] Result<schemas::EntryProof> proof_of(const storage::ReadTxn& txn, const Tick& tick,
                                                   EntryIndex index, Body body);
// With the proofs of all its entries, for the published head.
[[nodiscard]] Result<schemas::ItemOutcome> item_of(const storage::ReadTxn& txn, const Tick& tick,
                                                   const Outcome& outcome);
[[nodiscard]] schemas::ItemOutcome refused_item(const Hash& about, const Error& error);

// Never empty groups; one group fits one frame.
[[nodiscard]] std::vector<std::vector<schemas::ItemOutcome>> split_items(
    std::vector<schemas::ItemOutcome> items);

// Room that the head may take in any frame.
constexpr std::size_t kHeadRoom = 8 * 1024;
[[nodiscard]] std::size_t list_room();

}  // namespace chapar::broker
