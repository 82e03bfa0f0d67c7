// Decide, then write: what one operation would do, before anything is done.
//
// Owns: the shape that every decision of the fold returns, and the rule that separates a refusal
// (the operation is at fault) from a failure (the store is). Does not know any operation.
//
// A decision reads a const transaction and returns a Plan. fold.cpp asks whether the ledger keys of
// its drafts are open, and only then runs `write` and appends the drafts; so a refusal can never
// leave half a change behind. `write` may refer to the operation: it is run before that goes.
#pragma once

#include <functional>
#include <vector>

#include "broker/core/capacity.h"
#include "broker/core/core_state.h"
#include "broker/core/entry_draft.h"
#include "broker/core/frontier.h"
#include "broker/core/outcome.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

// When and where an operation happens. Borrows; lives for one operation.
struct Moment {
    TimeMs time;  // exact, never before the newest entry's
    crypto::LeafClock clock = crypto::LeafClock::Disciplined;
    ProcessEpoch epoch;
    EntryIndex next;  // of the first entry this operation appends
    const Frontier& frontier;
    const Capacity& capacity;

    [[nodiscard]] EntryIndex entry(std::size_t offset) const {
        return EntryIndex(next.value + offset);
    }
};

struct Plan {
    Outcome outcome;
    std::vector<EntryDraft> drafts;
    std::function<Status(storage::Txn&)> write;  // empty: nothing to write
};

// The operation is refused and leaves no entry.
[[nodiscard]] Plan refusal(const Hash& about, const Error& error);
// It was decided before, by `count` entries from `first`.
[[nodiscard]] Plan duplicate(const Hash& about, EntryIndex first, std::uint32_t count);
// A draft of this moment.
[[nodiscard]] EntryDraft draft_at(const Moment& moment, crypto::LeafKind kind, std::uint8_t event);
// Puts the draft into the plan, and its index and number into the outcome.
void add_draft(Plan& plan, const Moment& moment, EntryDraft draft);

// Errors that no operation can cause: the store or the ledger failed, and the tick with it.
[[nodiscard]] bool is_failure(Errc code);

template <typename T>
[[nodiscard]] Hash as_hash(const T& name) {
    return Hash{name.bytes};
}

}  // namespace chapar::broker
