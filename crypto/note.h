// C2SP signed notes with Ed25519 keys (signature type 0x01).
//
// Owns: the text form of notes and of their keys (vkey, skey), key ids, signing, and opening
// against known keys. Does not know what a note says (checkpoint.h), nor other signature types:
// their lines are unknown and ignored, as the specification demands. Values are copyable except
// NoteSigner, which owns a secret. Source: C2SP signed-note.md v1.0.0.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sign.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/number.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

using NoteKeyId = StrongNumber<struct NoteKeyIdTag, std::uint32_t>;

// First four bytes of SHA-256(name || 0A || 01 || public key).
[[nodiscard]] NoteKeyId note_key_id(std::string_view name, const SigningPublicKey& key);
// Not empty, UTF-8, no space of any kind, no '+', no control character.
[[nodiscard]] bool is_note_name(std::string_view name);

// A key whose signatures count.
class NoteVerifier {
  public:
    // NameInvalid for a name that cannot stand in a note.
    [[nodiscard]] static Result<NoteVerifier> create(std::string name, const VerifyingKey& key);
    // A vkey line `name+8 hex digits+base64(01 || key)`, without its newline. MalformedLayout if it
    // is none or of another type; KeyInvalid for a key outside the main subgroup.
    [[nodiscard]] static Result<NoteVerifier> parse(std::string_view vkey);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] NoteKeyId key_id() const { return key_id_; }
    [[nodiscard]] const VerifyingKey& key() const { return key_; }
    [[nodiscard]] std::string vkey() const;

  private:
    NoteVerifier(std::string name, const VerifyingKey& key);
    std::string name_;
    VerifyingKey key_;
    NoteKeyId key_id_;
};

// Owns a signing key. Movable, not copyable.
class NoteSigner {
  public:
    // NameInvalid for a name that cannot stand in a note.
    [[nodiscard]] static Result<NoteSigner> create(std::string name, SigningKey key);
    // An skey line `PRIVATE+KEY+name+8 hex digits+base64(01 || seed)`: what other tools write.
    [[nodiscard]] static Result<NoteSigner> parse(std::string_view skey);

    [[nodiscard]] const NoteVerifier& verifier() const { return verifier_; }
    // The whole note: text, blank line, one signature line. Deterministic. NoteInvalid for a text
    // that cannot be one (does not end in a newline, control characters, not UTF-8).
    [[nodiscard]] Result<std::string> sign(std::string_view text) const;

  private:
    NoteSigner(NoteVerifier verifier, SigningKey key)
        : verifier_(std::move(verifier)), key_(std::move(key)) {}
    NoteVerifier verifier_;
    SigningKey key_;
};

struct NoteSignature {
    std::string name;
    NoteKeyId key_id;
    Bytes signature;  // without the key id
    bool operator==(const NoteSignature&) const = default;
};

// A note whose form is right; nothing in it has been verified.
struct ParsedNote {
    std::string text;  // with its final newline
    std::vector<NoteSignature> signatures;
    // NoteInvalid for any other form, and for more than kNoteSignatures lines.
    [[nodiscard]] static Result<ParsedNote> parse(std::string_view note);
};

// A note that at least one known key signed and no known key signed wrongly.
struct OpenedNote {
    std::string text;
    std::vector<NoteSignature> verified;  // one a key, in the order of the note

    // The note again, with these lines only: what is worth keeping of a note from a stranger.
    [[nodiscard]] std::string note() const;
};

constexpr std::size_t kNoteSignatures = 100;
constexpr std::size_t kNoteBytes = 64 * 1024;

// NoteInvalid otherwise.
[[nodiscard]] Result<OpenedNote> open_note(std::string_view note,
                                           std::span<const NoteVerifier> known);

}  // namespace chapar::crypto
