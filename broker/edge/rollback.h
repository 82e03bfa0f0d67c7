// Evidence that this ledger was set back: a note under our own key that it does not reach.
//
// Owns: the file DIR/rolled-back.note. Does not know who presented the note. While the note stands
// beyond or beside the ledger, nothing may be signed: the broker turns read-only, and does not
// start again until the missing entries are restored. Bare sizes are no evidence; only a note is.
// Errors: FileFailed, LedgerDamaged. Source: design ledger.md 2.8.
#pragma once

#include <filesystem>
#include <string>

#include "broker/core/frontier.h"
#include "crypto/note.h"
#include "storage/store.h"

namespace chapar::broker {

[[nodiscard]] Status keep_rollback_note(const std::filesystem::path& directory,
                                        const std::string& note);
// LedgerDamaged while a kept note contradicts the ledger; removes one that no longer does.
[[nodiscard]] Status check_rollback_note(const std::filesystem::path& directory,
                                         const crypto::NoteVerifier& log,
                                         const storage::ReadTxn& txn, const Frontier& frontier);

}  // namespace chapar::broker
