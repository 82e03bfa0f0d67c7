// The fork evidence file: two notes signed by one log's key, for anyone who has the vkey.
//
// Owns: the text form, strictly read, and what it proves. Two heads of one size with different
// roots are two histories: *proven*. Two heads of different sizes contradict each other only
// together with the log's entries, which this file does not carry: *not proven by itself*. Does not
// know whose log it is: the reader compares the vkey with one it trusts. Value type.
//
//     chapar fork evidence v1
//     VKEY
//
//     note BYTES
//     NOTE (its newline ends it)
//     note BYTES
//     NOTE
#pragma once

#include <string>
#include <string_view>

#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

class ForkEvidence {
  public:
    enum class Verdict : std::uint8_t { Proven, NotProvenByItself };

    // NoteInvalid unless both are checkpoints of the log; Conflict if they say the same.
    [[nodiscard]] static Result<ForkEvidence> create(const NoteVerifier& log, std::string first,
                                                     std::string second);
    // MalformedLayout for any other form; else as create(), under the vkey that the file names.
    [[nodiscard]] static Result<ForkEvidence> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    [[nodiscard]] const NoteVerifier& log() const { return log_; }
    [[nodiscard]] const std::string& first_note() const { return first_note_; }
    [[nodiscard]] const std::string& second_note() const { return second_note_; }
    [[nodiscard]] const Checkpoint& first() const { return first_; }
    [[nodiscard]] const Checkpoint& second() const { return second_; }
    [[nodiscard]] Verdict verdict() const;

  private:
    ForkEvidence(const NoteVerifier& log, std::string first_note, std::string second_note,
                 Checkpoint first, Checkpoint second);
    NoteVerifier log_;
    std::string first_note_;
    std::string second_note_;
    Checkpoint first_;
    Checkpoint second_;
};

}  // namespace chapar::crypto
