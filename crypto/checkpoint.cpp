#include "crypto/checkpoint.h"

#include "crypto/base64.h"
#include "crypto/text_form.h"
#include "schemas/base/assert.h"

namespace chapar::crypto {

std::string Checkpoint::text() const {
    return origin + "\n" + std::to_string(size.value) + "\n" + to_base64(root.view()) + "\n";
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    const Error malformed(Errc::NoteInvalid, "checkpoint");
    const std::optional<std::string_view> origin = take_line(text);
    if (!origin || origin->empty()) return malformed;
    const std::optional<std::string_view> size_line = take_line(text);
    if (!size_line) return malformed;
    const std::optional<std::uint64_t> size = parse_decimal(*size_line);
    const std::optional<std::string_view> root_line = take_line(text);
    if (!size || !root_line || !text.empty()) return malformed;
    const std::optional<Hash> root = parse_base64_value<Hash>(*root_line);
    if (!root) return malformed;
    return Checkpoint{std::string(*origin), TreeSize(*size), *root};
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
    CHAPAR_ASSERT(checkpoint.origin == signer.verifier().name());
    Result<std::string> note = signer.sign(checkpoint.text());
    CHAPAR_ASSERT(note.has_value());
    return std::move(note).value();
}

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& log) {
    const OpenedNote opened = CHAPAR_TRY(open_note(note, {&log, 1}));
    Checkpoint checkpoint = CHAPAR_TRY(Checkpoint::parse(opened.text));
    if (checkpoint.origin != log.name()) return Error(Errc::NoteInvalid, "origin");
    return checkpoint;
}

}  // namespace chapar::crypto
