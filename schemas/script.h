// Which script a text is written in.
//
// Owns: the table of letters, and what to call letters of several scripts that are written together
// (Japanese, Korean). Does not know languages, nor what a text is. Pure. Source: ISO 15924 for the
// codes, those of codes/scripts.csv; Unicode 14, Scripts.txt, for the letters.
#pragma once

#include <optional>
#include <string_view>

namespace chapar::schemas {

// "Cyrl"; empty for digits, marks and punctuation, which belong to no script. Nothing for a letter
// of a script that is not in the table, and for what is no character.
[[nodiscard]] std::optional<std::string_view> script_of_letter(char32_t point);

// Of all letters of a text. Nothing where there is none, where they are of several scripts that are
// not written together, and where one has no script.
[[nodiscard]] std::optional<std::string_view> script_of(std::string_view text);

}  // namespace chapar::schemas
