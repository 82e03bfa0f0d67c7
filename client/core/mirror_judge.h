// Which clear entries of a mirror are believed.
//
// Owns: the walk over all proven leaves in which each clear entry is judged where it stands: a
// directory record by directory_records.cpp, from the centre root of the trust card down; retention
// by mirror_retention.h; a ledger key by its form and by being the first of its name. What is not
// signed by who must sign it there, or is ill-timed, changes nothing and is kept with its reason;
// an override too, but for the root that it names; and entry 0 of a ledger that follows another,
// where what was carried over is not what it says (carried_over.h). Does not know who reads, nor
// sealed entries (mirror_view.h). Bundles are listed and nothing rests on them: they are not
// judged.
//
// Errors: those of the store; an entry is never one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/core/ledger_mirror.h"

namespace chapar::client {

// Takes up to `most` proven entries; how many. 0: all are.
[[nodiscard]] Result<std::size_t> judge_some(storage::Txn& txn, const TrustCard& card,
                                             std::size_t most);

struct Judged {
    std::uint64_t entries = 0;    // looked at, from 0
    std::uint64_t directory = 0;  // clear ones
    EntryIndex minimum;           // of the PRUNE entries that are believed
};
[[nodiscard]] Result<Judged> judged(const storage::ReadTxn& txn);

// An entry of the signed ledger that no honest broker writes.
struct UnfoundedEntry {
    EntryIndex index;
    std::string why;  // a sentence
};
struct UnfoundedEntries {
    std::uint64_t total = 0;
    std::vector<UnfoundedEntry> first;  // at most as many as were asked for
};
[[nodiscard]] Result<UnfoundedEntries> unfounded_entries(const storage::ReadTxn& txn,
                                                         std::size_t most);

}  // namespace chapar::client
