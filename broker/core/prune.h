// Erasing what a PRUNE entry gave up: message leaves become tombstones, their bodies empty.
//
// Owns: the slices in which it is done, and the table `prune`, how far. Everything but MSG stays
// whole: the directory, policies and keys because the present rests on them, TIME and the rest
// because `last_dir` must lead through every entry that is no message, without a gap. Tiles stay,
// so every root of every size stays provable. Changes no state: whether and when it runs, every
// decision is the same. Idempotent; goes on after a crash. Thread: the writer's.
#pragma once

#include <cstdint>

#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

enum class PruneProgress : std::uint8_t { More, Finished };

// Looks at up to `count` entries below the newest PRUNE's end. Finished: none is left.
[[nodiscard]] Result<PruneProgress> prune_some(storage::Txn& txn, std::uint64_t count);
// Whether there is anything to do; for the start.
[[nodiscard]] Result<bool> is_prune_pending(const storage::ReadTxn& txn);

}  // namespace chapar::broker
