// Secrets of a view file, tried on the entries that they must have made.
//
// Owns: which offered secrets are shown to be right: a leaf commits to its body under the bucket's
// secret, and carries the view tags of both tag keys, so one entry of a key's own proves it. A body
// is only said to be its leaf's, and to be sealed under a bucket; so a secret is refuted if it fits
// nothing that is said to be made with it. Does not know files; writes nothing. Errors:
// LedgerKeyMissing (an offered secret is refuted; context: entry and key), those of the record.
// Borrows its arguments for the call.
// Source: crypto/ledger.md, "Ledger keys".
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "broker/core/replay.h"
#include "broker/edge/ledger_key_file.h"

namespace chapar::broker {

// The entries [from, until) of a record. Scopes by the KEY entry that opened them.
struct TrialGround {
    RecordedLedger& entries;
    std::uint64_t from = 0;
    std::uint64_t until = 0;
    const std::map<EntryIndex, crypto::LedgerKeyScope>& opened_by;
    Hash origin;  // crypto::origin_hash
};

struct TriedKeys {
    std::vector<NewLedgerKey> right;
    std::vector<crypto::LedgerKeyScope> untried;  // no entry in the range is theirs
};

// For a person: agencies, class, month.
[[nodiscard]] std::string scope_text(const crypto::LedgerKeyScope& scope);

[[nodiscard]] Result<TriedKeys> try_keys(const TrialGround& ground,
                                         std::vector<NewLedgerKey> offered);

}  // namespace chapar::broker
