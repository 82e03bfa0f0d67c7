// Two heads that contradict each other: what is kept, what is told, what can be given away.
//
// Owns: the words of the alarm that a refused head raises, and the choice of two notes for the
// evidence file. Does not know how a head is checked (heads.h) or how evidence reads
// (crypto/fork_evidence.h). Errors: those of a broken store; NotFound, NoteInvalid.
#pragma once

#include <string_view>

#include "crypto/fork_evidence.h"
#include "crypto/note.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// A note that accept_head() or accept_published() refused with HeadMismatch: keeps both notes and
// raises Fork (same size, another root), RolledBack (smaller, where only a larger one may come) or
// NoGrowth.
enum class SmallerHead : std::uint8_t { SetBack, MustProve };
[[nodiscard]] Status keep_contradiction(storage::Txn& txn, const crypto::NoteVerifier& log,
                                        std::string_view note, SmallerHead smaller, TimeMs now);
// The broker says of this device's own note that its ledger does not hold it: RolledBack. A bare
// word: nothing else changes.
[[nodiscard]] Status keep_unknown_head(storage::Txn& txn, const crypto::NoteVerifier& log,
                                       TimeMs now);

// Two of the kept notes: a pair that proves a fork, if there is one; else the two kept last.
// NotFound if none were kept.
[[nodiscard]] Result<crypto::ForkEvidence> fork_evidence(const storage::ReadTxn& txn,
                                                         const crypto::NoteVerifier& log);

}  // namespace chapar::client
