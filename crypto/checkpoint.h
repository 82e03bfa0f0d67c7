// Checkpoints: the signed head of a ledger as a C2SP tlog-checkpoint.
//
// Owns: the three lines (origin, size, root) and their strict reading. Does not know which head is
// the newest, nor witnesses. Extension lines are refused: no ledger of ours writes them. Source:
// C2SP tlog-checkpoint.md v1.0.0; design: origin line = key name.
#pragma once

#include <string>
#include <string_view>

#include "crypto/note.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

struct Checkpoint {
    std::string origin;
    TreeSize size;
    Hash root;

    // The note text, with its final newline.
    [[nodiscard]] std::string text() const;
    // Of a note text. NoteInvalid for anything but exactly three lines in canonical form.
    [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);
    bool operator==(const Checkpoint&) const = default;
};

// The whole note. REQUIRES: checkpoint.origin == signer.verifier().name().
[[nodiscard]] std::string sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer);

// NoteInvalid unless the note is signed by `log`, is a checkpoint, and its origin is the log's
// name.
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& log);

}  // namespace chapar::crypto
