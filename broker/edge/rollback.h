// Evidence that this ledger was set back: a note under our own key that it does not reach.
//
// Owns: the judgement of a note against the ledger, and the file DIR/rolled-back.note. Does not
// know who presented the note. Only a note under our own log key is evidence: bare sizes, and notes
// of other keys, never are. While a note stands beyond or beside the ledger, nothing may be signed.
// Errors: NoteInvalid, FileFailed, and the store's. Source: design ledger.md 2.8.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "broker/core/frontier.h"
#include "crypto/checkpoint.h"
#include "storage/store.h"

namespace chapar::broker {

enum class NoteVerdict : std::uint8_t {
    Covered,  // a head that this ledger had
    Beyond,   // larger than this ledger
    Beside,   // of a size that this ledger had with another root
};

struct JudgedNote {
    crypto::Checkpoint checkpoint;
    NoteVerdict verdict = NoteVerdict::Covered;
};

// NoteInvalid unless `log` signed it.
[[nodiscard]] Result<JudgedNote> judge_note(std::string_view note, const crypto::NoteVerifier& log,
                                            const storage::ReadTxn& txn, const Frontier& frontier);

[[nodiscard]] Status keep_rollback_note(const std::filesystem::path& directory,
                                        const std::string& note);
// The kept note, while it contradicts the ledger; one that no longer does is removed.
[[nodiscard]] Result<std::optional<std::string>> kept_rollback_note(
    const std::filesystem::path& directory, const crypto::NoteVerifier& log,
    const storage::ReadTxn& txn, const Frontier& frontier);

}  // namespace chapar::broker
