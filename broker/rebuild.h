// chapard check --rebuild: every derived table made anew from the store's own ledger.
//
// Owns: the fresh store DIR/store.rebuilt, the replay of leaves and bodies into it (replay.h), what
// is carried over (bodies as they are stored, notes, payloads, files; and, where bodies were
// shredded or pruned, rows that only they could give: old_rows.h), and the exchange of the two
// folders, which is one step. The old store stays as DIR/store.damaged-N. Signs nothing. Runs while
// chapard does not. Does not know what was damaged.
//
// Where bodies are gone and whole rows of the old store contradict the ledger, nothing is changed
// unless the caller accepts it: an operator should know what a store has said.
//
// The result counts only if the replay gives every leaf as it is recorded, and if the high-water
// file's note and every kept one are heads of it. An envelope that waits and whose payload is
// damaged is marked lost (lost_payload.h): withheld at the next start, and sealed again.
// A payload row, a row about a file or a note that is damaged is left out, and counted.
//
// Errors: LedgerDamaged (context: the first difference; nothing has changed), StoreDamaged (leaves
// or bodies cannot be read), and those of files and stores. Source: reliability.md;
// broker/replay.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::broker {

struct RebuildReport {
    TreeSize size;
    std::uint64_t operations = 0;
    std::uint64_t carried = 0;   // rows that no replay can give, taken from the damaged store
    std::uint64_t left_out = 0;  // of those: damaged
    std::uint64_t lost = 0;      // envelopes that wait without their payload now
    std::uint64_t erased = 0;    // rows of mailboxes; what took them out was shredded or pruned
    std::uint64_t differs = 0;   // whole rows of the old store that its ledger contradicts
    std::string first_difference{};
    std::string damaged_store{};  // where the old one is now; empty: nothing has changed
};

enum class Differences : std::uint8_t { Refused, Accepted };

// REQUIRES: DIR/lock is held by the caller.
[[nodiscard]] Result<RebuildReport> rebuild_store(const std::filesystem::path& directory,
                                                  Differences differences);

}  // namespace chapar::broker
