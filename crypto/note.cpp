#include "crypto/note.h"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "crypto/text_form.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // em dash, space
constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";
constexpr std::byte kEd25519{0x01};
constexpr std::size_t kKeyIdBytes = 4;

std::string hex_of(NoteKeyId id) { return to_hex(LayoutWriter().u32(id.value).bytes()); }

// The three parts of `name+hash+base64`. Names and hashes have no '+', base 64 may.
struct KeyText {
    std::string_view name;
    std::string_view hash;
    std::string_view data;
};

std::optional<KeyText> split_key(std::string_view text) {
    const std::size_t first = text.find('+');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = text.find('+', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return KeyText{text.substr(0, first), text.substr(first + 1, second - first - 1),
                   text.substr(second + 1)};
}

bool is_note_text(std::string_view text) {
    const auto forbidden = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
    return !text.empty() && text.back() == '\n' && std::ranges::none_of(text, forbidden) &&
           decode_utf8(text).has_value();
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
    if (!line.starts_with(kSignaturePrefix)) return Error(Errc::NoteInvalid, "signature line");
    line.remove_prefix(kSignaturePrefix.size());
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
    const std::array<std::byte, 2> separator{std::byte{'\n'}, kEd25519};
    const Hash hash = sha256({view(name), separator, key.view()});
    return NoteKeyId(LayoutReader(hash.view()).u32());
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
    const std::optional<KeyText> parts = split_key(vkey);
    if (!parts) return Error(Errc::MalformedLayout, "vkey");
    const std::optional<Bytes> data = from_base64(parts->data);
    if (!data || data->empty() || data->front() != kEd25519) {
        return Error(Errc::MalformedLayout, "vkey");
    }
    const auto bytes = SigningPublicKey::from(ByteView(*data).subspan(1));
    if (!bytes) return Error(Errc::MalformedLayout, "vkey");
    const VerifyingKey key = CHAPAR_TRY(VerifyingKey::create(*bytes));
    NoteVerifier verifier = CHAPAR_TRY(create(std::string(parts->name), key));
    if (verifier.vkey() != vkey) return Error(Errc::MalformedLayout, "vkey");
    return verifier;
}

std::string NoteVerifier::vkey() const {
    Bytes data{kEd25519};
    append(data, key_.bytes().view());
    return name_ + "+" + hex_of(key_id_) + "+" + to_base64(data);
}

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
    if (!data || data->empty() || data->front() != kEd25519) return malformed;
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
    LayoutWriter line;
    line.u32(verifier_.key_id().value).raw(RawEd25519::sign(key_, view(text)).view());
    std::string note(text);
    note += "\n";
    note += kSignaturePrefix;
    note += verifier_.name() + " " + to_base64(line.bytes()) + "\n";
    return note;
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
