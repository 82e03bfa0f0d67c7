#include "crypto/note.h"

#include <algorithm>
#include <utility>

#include "crypto/base64.h"
#include "crypto/note_line.h"
#include "crypto/text_form.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";

Result<NoteSignature> parse_signature_line(std::string_view line) {
    if (!line.starts_with(kSignatureStart)) return Error(Errc::NoteInvalid, "signature line");
    line.remove_prefix(kSignatureStart.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return Error(Errc::NoteInvalid, "signature line");
    const std::string_view name = line.substr(0, space);
    const std::optional<Bytes> bytes = from_base64(line.substr(space + 1));
    if (!is_note_name(name) || !bytes || bytes->size() <= kKeyIdBytes) {
        return Error(Errc::NoteInvalid, "signature line");
    }
    LayoutReader reader(*bytes);
    NoteSignature out{std::string(name), NoteKeyId(reader.u32()), {}};
    out.signature = to_bytes(reader.raw(reader.remaining()));
    return out;
}

const NoteVerifier* find_key(std::span<const NoteVerifier> known, const NoteSignature& line) {
    const auto it = std::ranges::find_if(known, [&](const NoteVerifier& key) {
        return key.name() == line.name && key.key_id() == line.key_id;
    });
    return it == known.end() ? nullptr : &*it;
}

}  // namespace

NoteKeyId note_key_id(std::string_view name, const SigningPublicKey& key) {
    return typed_key_id(name, kNoteEd25519, key);
}

bool is_note_name(std::string_view name) {
    const std::optional<std::u32string> text = decode_utf8(name);
    if (!text || text->empty()) return false;
    return std::ranges::none_of(
        *text, [](char32_t c) { return c < 0x20 || c == U'+' || is_unicode_space(c); });
}

NoteVerifier::NoteVerifier(std::string name, const VerifyingKey& key)
    : name_(std::move(name)), key_(key), key_id_(note_key_id(name_, key.bytes())) {}

Result<NoteVerifier> NoteVerifier::create(std::string name, const VerifyingKey& key) {
    if (!is_note_name(name)) return Error(Errc::NameInvalid, "note key");
    return NoteVerifier(std::move(name), key);
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
    NamedKey parsed = CHAPAR_TRY(parse_vkey(vkey, kNoteEd25519));
    return NoteVerifier(std::move(parsed.name), parsed.key);
}

std::string NoteVerifier::vkey() const { return vkey_text(name_, kNoteEd25519, key_.bytes()); }

Result<NoteSigner> NoteSigner::create(std::string name, SigningKey key) {
    NoteVerifier verifier = CHAPAR_TRY(NoteVerifier::create(std::move(name), key.verifying_key()));
    return NoteSigner(std::move(verifier), std::move(key));
}

Result<NoteSigner> NoteSigner::parse(std::string_view skey) {
    const Error malformed(Errc::MalformedLayout, "skey");
    if (!skey.starts_with(kSecretPrefix)) return malformed;
    const std::optional<KeyText> parts = split_key(skey.substr(kSecretPrefix.size()));
    if (!parts) return malformed;
    std::optional<Bytes> data = from_base64(parts->data);
    if (!data || data->empty() || data->front() != kNoteEd25519) return malformed;
    std::optional<Secret32> seed = Secret32::from(ByteView(*data).subspan(1));
    wipe(*data);
    if (!seed) return malformed;
    NoteSigner signer =
        CHAPAR_TRY(create(std::string(parts->name), SigningKey::from_seed(std::move(*seed))));
    if (hex_of(signer.verifier().key_id()) != parts->hash) return malformed;
    return signer;
}

Result<std::string> NoteSigner::sign(std::string_view text) const {
    if (!is_note_text(text)) return Error(Errc::NoteInvalid, "text");
    return std::string(text) + "\n" +
           signature_line(verifier_.name(), verifier_.key_id(),
                          RawEd25519::sign(key_, view(text)).view());
}

Result<ParsedNote> ParsedNote::parse(std::string_view note) {
    if (note.size() > kNoteBytes || !is_note_text(note)) return Error(Errc::NoteInvalid, "form");
    const std::size_t split = note.rfind("\n\n");
    if (split == std::string_view::npos) return Error(Errc::NoteInvalid, "no blank line");
    ParsedNote out{std::string(note.substr(0, split + 1)), {}};
    std::string_view rest = note.substr(split + 2);
    while (const std::optional<std::string_view> line = take_line(rest)) {
        if (out.signatures.size() == kNoteSignatures) return Error(Errc::NoteInvalid, "too many");
        out.signatures.push_back(CHAPAR_TRY(parse_signature_line(*line)));
    }
    if (out.signatures.empty()) return Error(Errc::NoteInvalid, "no signature");
    return out;
}

std::string OpenedNote::note() const {
    std::string out = text + "\n";
    for (const NoteSignature& line : verified) {
        out += signature_line(line.name, line.key_id, line.signature);
    }
    return out;
}

Result<OpenedNote> open_note(std::string_view note, std::span<const NoteVerifier> known) {
    ParsedNote parsed = CHAPAR_TRY(ParsedNote::parse(note));
    OpenedNote out{std::move(parsed.text), {}};
    for (NoteSignature& line : parsed.signatures) {
        const NoteVerifier* const key = find_key(known, line);
        if (key == nullptr) continue;
        const auto same_key = [&](const NoteSignature& seen) {
            return seen.name == line.name && seen.key_id == line.key_id;
        };
        if (std::ranges::any_of(out.verified, same_key)) continue;
        const auto signature = Signature::from(line.signature);
        if (!signature || !RawEd25519::verify(key->key(), view(out.text), *signature)) {
            return Error(Errc::NoteInvalid, "signature");
        }
        out.verified.push_back(std::move(line));
    }
    if (out.verified.empty()) return Error(Errc::NoteInvalid, "no known key");
    return out;
}

}  // namespace chapar::crypto
