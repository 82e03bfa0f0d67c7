#include "crypto/cosignature.h"

#include <utility>

#include "crypto/note_line.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

std::string signed_text(std::uint64_t seconds, std::string_view note_text) {
    std::string text = "cosignature/v1\ntime " + std::to_string(seconds) + "\n";
    text += note_text;
    return text;
}

constexpr std::uint64_t kLatestSecond = limits::kLatestTime.value / kSecond.value;

}  // namespace

NoteKeyId cosigner_key_id(std::string_view name, const SigningPublicKey& key) {
    return typed_key_id(name, kNoteCosignature, key);
}

Cosigner::Cosigner(std::string name, const VerifyingKey& key)
    : name_(std::move(name)), key_(key), key_id_(cosigner_key_id(name_, key.bytes())) {}

Result<Cosigner> Cosigner::create(std::string name, const VerifyingKey& key) {
    if (!is_note_name(name)) return Error(Errc::NameInvalid, "witness key");
    return Cosigner(std::move(name), key);
}

Result<Cosigner> Cosigner::parse(std::string_view vkey) {
    NamedKey parsed = CHAPAR_TRY(parse_vkey(vkey, kNoteCosignature));
    return Cosigner(std::move(parsed.name), parsed.key);
}

std::string Cosigner::vkey() const { return vkey_text(name_, kNoteCosignature, key_.bytes()); }

bool Cosigner::wrote(const NoteSignature& line) const {
    return line.key_id == key_id_ && line.name == name_;
}

Result<TimeMs> Cosigner::verify(std::string_view note_text, const NoteSignature& line) const {
    const Error wrong(Errc::NoteInvalid, "cosignature");
    if (!wrote(line)) return wrong;
    LayoutReader reader(line.signature);
    const std::uint64_t seconds = reader.u64();
    const auto signature = reader.fixed<Signature>();
    if (!reader.finish("cosignature") || seconds > kLatestSecond) return wrong;
    if (!RawEd25519::verify(key_, view(signed_text(seconds, note_text)), signature)) return wrong;
    return TimeMs(seconds * kSecond.value);
}

Result<NoteCosigner> NoteCosigner::create(std::string name, SigningKey key) {
    Cosigner verifier = CHAPAR_TRY(Cosigner::create(std::move(name), key.verifying_key()));
    return NoteCosigner(std::move(verifier), std::move(key));
}

Result<std::string> NoteCosigner::cosign(std::string_view note_text, TimeMs time) const {
    const std::uint64_t seconds = time.value / kSecond.value;
    if (!is_note_text(note_text) || seconds > kLatestSecond) {
        return Error(Errc::NoteInvalid, "text");
    }
    LayoutWriter line;
    line.u64(seconds).raw(RawEd25519::sign(key_, view(signed_text(seconds, note_text))).view());
    return signature_line(verifier_.name(), verifier_.key_id(), line.bytes());
}

Result<CosignatureLine> find_cosignature(std::string_view note_text, std::string_view answer,
                                         const Cosigner& witness) {
    const ParsedNote parsed =
        CHAPAR_TRY(ParsedNote::parse(std::string(note_text) + "\n" + std::string(answer)));
    // An answer with a blank line would have moved the end of the text.
    if (parsed.text != note_text) return Error(Errc::NoteInvalid, "answer");
    for (const NoteSignature& line : parsed.signatures) {
        if (!witness.wrote(line)) continue;
        const TimeMs time = CHAPAR_TRY(witness.verify(note_text, line));
        return CosignatureLine{signature_line(line.name, line.key_id, line.signature), time};
    }
    return Error(Errc::NoteInvalid, "no cosignature");
}

}  // namespace chapar::crypto
