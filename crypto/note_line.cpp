#include "crypto/note_line.h"

#include <algorithm>
#include <array>

#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "crypto/text_form.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {

std::optional<KeyText> split_key(std::string_view text) {
    const std::size_t first = text.find('+');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = text.find('+', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return KeyText{text.substr(0, first), text.substr(first + 1, second - first - 1),
                   text.substr(second + 1)};
}

NoteKeyId typed_key_id(std::string_view name, std::byte type, const SigningPublicKey& key) {
    const std::array<std::byte, 2> separator{std::byte{'\n'}, type};
    const Hash hash = sha256({view(name), separator, key.view()});
    return NoteKeyId(LayoutReader(hash.view()).u32());
}

std::string hex_of(NoteKeyId id) { return to_hex(LayoutWriter().u32(id.value).bytes()); }

std::string vkey_text(std::string_view name, std::byte type, const SigningPublicKey& key) {
    Bytes data{type};
    append(data, key.view());
    return std::string(name) + "+" + hex_of(typed_key_id(name, type, key)) + "+" + to_base64(data);
}

Result<NamedKey> parse_vkey(std::string_view vkey, std::byte type) {
    const std::optional<KeyText> parts = split_key(vkey);
    if (!parts) return Error(Errc::MalformedLayout, "vkey");
    const std::optional<Bytes> data = from_base64(parts->data);
    if (!data || data->empty() || data->front() != type) {
        return Error(Errc::MalformedLayout, "vkey");
    }
    const auto bytes = SigningPublicKey::from(ByteView(*data).subspan(1));
    if (!bytes) return Error(Errc::MalformedLayout, "vkey");
    const VerifyingKey key = CHAPAR_TRY(VerifyingKey::create(*bytes));
    if (!is_note_name(parts->name)) return Error(Errc::NameInvalid, "note key");
    if (vkey_text(parts->name, type, *bytes) != vkey) return Error(Errc::MalformedLayout, "vkey");
    return NamedKey{std::string(parts->name), key};
}

bool is_note_text(std::string_view text) {
    const auto forbidden = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
    return !text.empty() && text.back() == '\n' && std::ranges::none_of(text, forbidden) &&
           decode_utf8(text).has_value();
}

std::string signature_line(std::string_view name, NoteKeyId id, ByteView signature) {
    LayoutWriter line;
    line.u32(id.value).raw(signature);
    std::string out(kSignatureStart);
    out += name;
    out += " " + to_base64(line.bytes()) + "\n";
    return out;
}

}  // namespace chapar::crypto
