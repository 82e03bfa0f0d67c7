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
#include <vector>

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

// A note that contradicts the ledger.
struct RollbackNote {
    JudgedNote judged;
    std::string note;
};

// As the file has them, unjudged; empty without a file. One note follows the other: a line that is
// no signature, behind one that is, begins the next.
[[nodiscard]] Result<std::vector<std::string>> read_rollback_notes(
    const std::filesystem::path& directory);

// The kept notes that contradict the ledger, the gravest first: those beside it by size, then those
// beyond it from the largest on. A file of which none does any more is removed.
[[nodiscard]] Result<std::vector<RollbackNote>> kept_rollback_notes(
    const std::filesystem::path& directory, const crypto::NoteVerifier& log,
    const storage::ReadTxn& txn, const Frontier& frontier);

enum class Evidence : std::uint8_t {
    Known,     // nothing new, or weaker than all that there is room for
    Joined,    // kept beside graver notes
    Gravest,   // kept, and the gravest of all
    Harmless,  // a head of this ledger
};
// Adds a note to the kept ones. Two notes of one size with two roots are both kept; what a file has
// no room for are the largest of those beside the ledger and the smallest of those beyond it.
[[nodiscard]] Result<Evidence> keep_rollback_note(const std::filesystem::path& directory,
                                                  const std::string& note,
                                                  const crypto::NoteVerifier& log,
                                                  const storage::ReadTxn& txn,
                                                  const Frontier& frontier);

}  // namespace chapar::broker
