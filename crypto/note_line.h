// What the two key types of notes share: key lines, key ids, signature lines. For crypto/ only.
//
// Owns: `name+8 hex digits+base64(type || key)` and `— name base64(key id || signature)`. Does not
// know what a signature is made over. Source: C2SP signed-note.md v1.0.0.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/note.h"
#include "crypto/sign.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

constexpr std::byte kNoteEd25519{0x01};
constexpr std::byte kNoteCosignature{0x04};

constexpr std::string_view kSignatureStart = "\xE2\x80\x94 ";  // em dash, space
constexpr std::size_t kKeyIdBytes = 4;

// The three parts of `name+hash+base64`. Names and hashes have no '+', base 64 may.
struct KeyText {
    std::string_view name;
    std::string_view hash;
    std::string_view data;
};
[[nodiscard]] std::optional<KeyText> split_key(std::string_view text);

// First four bytes of SHA-256(name || 0A || type || public key).
[[nodiscard]] NoteKeyId typed_key_id(std::string_view name, std::byte type,
                                     const SigningPublicKey& key);
[[nodiscard]] std::string hex_of(NoteKeyId id);
[[nodiscard]] std::string vkey_text(std::string_view name, std::byte type,
                                    const SigningPublicKey& key);

struct NamedKey {
    std::string name;
    VerifyingKey key;
};
// MalformedLayout for any other text or type, KeyInvalid for a key outside the main subgroup,
// NameInvalid.
[[nodiscard]] Result<NamedKey> parse_vkey(std::string_view vkey, std::byte type);

[[nodiscard]] bool is_note_text(std::string_view text);
// With its newline.
[[nodiscard]] std::string signature_line(std::string_view name, NoteKeyId id, ByteView signature);

}  // namespace chapar::crypto
