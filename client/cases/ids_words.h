// Words of tables and what they mean: other names of a column, and the code behind a word.
//
// Owns: comparing words (as kinds/labels.h does, and the two Arabic forms of yeh and kaf, any
// blanks), and the order: the code itself, a label of its list in English or Russian,
// then the words of ids/words.csv. Those files are data, compiled in (ids/embed.py). Does not know
// columns' meaning. Nothing is found by likeness: a word is in a list or it is not. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/cases/ids_columns.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::client {

// As the data files have them.
struct IdsAlias {
    std::string_view column;  // header of ids_columns()
    std::string_view alias;
};
struct IdsWord {
    std::string_view list;  // of schemas/codes
    std::string_view word;
    std::string_view code;  // "?rail|road": one of these, which a person must say
    std::string_view form;  // of substance-forms, where the word says it
    int shift;              // places by which the decimal point moves, to the code's unit
};
[[nodiscard]] std::span<const IdsAlias> ids_aliases();
[[nodiscard]] std::span<const IdsWord> ids_word_rows();

// As words are compared: small letters, single blanks, none at the ends, no byte order mark.
[[nodiscard]] std::string folded(std::string_view text);

[[nodiscard]] std::optional<IdsColumn> ids_column_named(std::string_view header);

struct WordMeaning {
    std::string_view code;  // empty: not known, or one of `choices`
    std::vector<std::string_view> choices;
    std::string_view form;
    int shift = 0;
};
// REQUIRES: a list of schemas/codes.
[[nodiscard]] WordMeaning meaning_of(const schemas::CodeFile& list, std::string_view word);

}  // namespace chapar::client
