// Cosignatures: what witnesses add to a checkpoint (C2SP tlog-cosignature v1, key type 0x04).
//
// Owns: the keys of witnesses (vkey with type 0x04), the line
// `— name base64(key id || u64 seconds || Ed25519 signature)`, signing and verifying. A cosignature
// says: at this time, this was the largest head of this log that the witness had seen, and it
// continued all before. Does not know which witnesses count (witness_policy.h), nor ML-DSA (0x06):
// lines of other keys are unknown and ignored. Values are copyable except NoteCosigner, which owns
// a secret. Times are whole seconds on the wire. Source: C2SP tlog-cosignature v1.0.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/note.h"
#include "crypto/sign.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

// First four bytes of SHA-256(name || 0A || 04 || public key).
[[nodiscard]] NoteKeyId cosigner_key_id(std::string_view name, const SigningPublicKey& key);

// The public key of a witness.
class Cosigner {
  public:
    // NameInvalid for a name that cannot stand in a note.
    [[nodiscard]] static Result<Cosigner> create(std::string name, const VerifyingKey& key);
    // A vkey line `name+8 hex digits+base64(04 || key)`, without its newline. MalformedLayout if it
    // is none or of another type; KeyInvalid for a key outside the main subgroup.
    [[nodiscard]] static Result<Cosigner> parse(std::string_view vkey);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] NoteKeyId key_id() const { return key_id_; }
    [[nodiscard]] const VerifyingKey& key() const { return key_; }
    [[nodiscard]] std::string vkey() const;

    // Whether the line claims to be by this key; nothing is verified.
    [[nodiscard]] bool wrote(const NoteSignature& line) const;
    // The time it was given at. NoteInvalid unless the line is this key's cosignature of the text,
    // at a time not after limits::kLatestTime.
    [[nodiscard]] Result<TimeMs> verify(std::string_view note_text,
                                        const NoteSignature& line) const;

  private:
    Cosigner(std::string name, const VerifyingKey& key);
    std::string name_;
    VerifyingKey key_;
    NoteKeyId key_id_;
};

// The key of a witness. Movable, not copyable.
class NoteCosigner {
  public:
    // NameInvalid for a name that cannot stand in a note.
    [[nodiscard]] static Result<NoteCosigner> create(std::string name, SigningKey key);

    [[nodiscard]] const Cosigner& verifier() const { return verifier_; }
    // One signature line, with its newline. `time` is cut to whole seconds. Deterministic.
    // NoteInvalid for a text that cannot stand in a note.
    [[nodiscard]] Result<std::string> cosign(std::string_view note_text, TimeMs time) const;

  private:
    NoteCosigner(Cosigner verifier, SigningKey key)
        : verifier_(std::move(verifier)), key_(std::move(key)) {}
    Cosigner verifier_;
    SigningKey key_;
};

struct CosignatureLine {
    std::string line;  // as it stands in a note, with its newline
    TimeMs time;
    bool operator==(const CosignatureLine&) const = default;
};
// The witness's line out of its answer (one or more signature lines) to a note of this text;
// others are ignored. NoteInvalid if there is none, or it is wrong.
[[nodiscard]] Result<CosignatureLine> find_cosignature(std::string_view note_text,
                                                       std::string_view answer,
                                                       const Cosigner& witness);

}  // namespace chapar::crypto
