// What a person sees for a field, a code and a kind, in the language that he reads.
//
// Owns: which languages there are, and looking labels up: in the column of the language, else in
// English, else the name itself. The words are data (schemas/codes: every list has its labels,
// field-labels and kind-labels those of fields and kinds). Does not know values. A further language
// is a column of the lists, a member of CodeRow and a value of Language. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/header.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::schemas {

enum class Language : std::uint8_t { English, Russian };

// ISO 639-1: "en", "ru".
[[nodiscard]] std::optional<Language> language_of(std::string_view tag);
[[nodiscard]] std::string_view tag_of(Language language);

[[nodiscard]] std::string_view label_of(const CodeRow& row, Language language);
// Of the field `name` (JSON; "text.language") that stands in the struct `on` ("Place"), or around
// any payload (on: "envelope"). The name itself where no list has it.
[[nodiscard]] std::string field_label(std::string_view on, std::string_view name,
                                      Language language);
[[nodiscard]] std::string kind_label(Kind kind, Language language);

// Without the case of Latin and Cyrillic letters, and with е for ё: for comparing what a person
// types. Other letters stay.
[[nodiscard]] std::string folded(std::string_view text);

// Rows that are still offered and whose code or label, in any language, is the text or contains it.
struct CodeMatches {
    const CodeRow* exact = nullptr;
    const CodeRow* begun = nullptr;  // the only one whose code or label begins so; 3 bytes at least
    std::vector<const CodeRow*>
        parts;  // in the order of the list; empty where there is an exact one
};
[[nodiscard]] CodeMatches match_codes(const CodeFile& list, std::string_view typed);

}  // namespace chapar::schemas
