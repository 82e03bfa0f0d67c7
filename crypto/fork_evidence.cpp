#include "crypto/fork_evidence.h"

#include <optional>
#include <utility>

#include "crypto/text_form.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kFirstLine = "chapar fork evidence v1";
constexpr std::string_view kNote = "note ";

std::string note_part(const std::string& note) {
    return std::string(kNote) + std::to_string(note.size()) + "\n" + note;
}

std::optional<std::string> take_note(std::string_view& rest) {
    const std::optional<std::string_view> line = take_line(rest);
    if (!line || !line->starts_with(kNote)) return std::nullopt;
    const std::optional<std::uint64_t> size = parse_decimal(line->substr(kNote.size()));
    if (!size || *size > rest.size()) return std::nullopt;
    const std::string note(rest.substr(0, *size));
    rest.remove_prefix(*size);
    return note;
}

}  // namespace

ForkEvidence::ForkEvidence(const NoteVerifier& log, std::string first_note, std::string second_note,
                           Checkpoint first, Checkpoint second)
    : log_(log),
      first_note_(std::move(first_note)),
      second_note_(std::move(second_note)),
      first_(std::move(first)),
      second_(std::move(second)) {}

Result<ForkEvidence> ForkEvidence::create(const NoteVerifier& log, std::string first,
                                          std::string second) {
    Checkpoint one = CHAPAR_TRY(open_checkpoint(first, log));
    Checkpoint other = CHAPAR_TRY(open_checkpoint(second, log));
    if (one == other) return Error(Errc::Conflict, "both notes say the same");
    return ForkEvidence(log, std::move(first), std::move(second), std::move(one), std::move(other));
}

Result<ForkEvidence> ForkEvidence::parse(std::string_view text) {
    const Error malformed(Errc::MalformedLayout, "fork evidence");
    if (take_line(text) != kFirstLine) return malformed;
    const std::optional<std::string_view> vkey = take_line(text);
    if (!vkey) return malformed;
    const NoteVerifier log = CHAPAR_TRY(NoteVerifier::parse(*vkey));
    if (take_line(text) != "") return malformed;
    std::optional<std::string> first = take_note(text);
    std::optional<std::string> second = take_note(text);
    if (!first || !second || !text.empty()) return malformed;
    return create(log, std::move(*first), std::move(*second));
}

std::string ForkEvidence::text() const {
    return std::string(kFirstLine) + "\n" + log_.vkey() + "\n\n" + note_part(first_note_) +
           note_part(second_note_);
}

ForkEvidence::Verdict ForkEvidence::verdict() const {
    return first_.size == second_.size ? Verdict::Proven : Verdict::NotProvenByItself;
}

}  // namespace chapar::crypto
