#include "client/cases/ids_words.h"

#include <algorithm>
#include <array>

#include "schemas/kinds/labels.h"

namespace chapar::client {
namespace {

struct Letter {
    std::string_view written;
    std::string_view plain;
};
// What is written in two ways by habit or by keyboard, and blanks of other widths.
constexpr std::array<Letter, 7> kLetters{{
    {"\xEF\xBB\xBF", ""},      // byte order mark
    {"\xC2\xA0", " "},         // no-break space
    {"\xE2\x80\xAF", " "},     // narrow no-break space
    {"\xE2\x80\x8C", " "},     // zero width non-joiner
    {"\xD9\x8A", "\xDB\x8C"},  // Arabic yeh as the Persian one
    {"\xD9\x83", "\xDA\xA9"},  // Arabic kaf as the Persian one
    {"\xE2\x80\x99", "'"},     // the other apostrophe
}};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The next letter of `text`, or a byte of it, plain; takes it off.
std::string take_plain(std::string_view& text) {
    for (const Letter& letter : kLetters) {
        if (!text.starts_with(letter.written)) continue;
        text.remove_prefix(letter.written.size());
        return std::string(letter.plain);
    }
    const char c = text.front();
    text.remove_prefix(1);
    return {is_blank(c) ? ' ' : c};
}

WordMeaning meaning_of_row(const IdsWord& row) {
    WordMeaning meaning;
    meaning.form = row.form;
    meaning.shift = row.shift;
    if (!row.code.starts_with('?')) {
        meaning.code = row.code;
        return meaning;
    }
    std::string_view rest = row.code.substr(1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('|'), rest.size());
        meaning.choices.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return meaning;
}

}  // namespace

std::string folded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string letter = take_plain(text);
        if (letter == " " && (out.empty() || out.back() == ' ')) continue;
        out += letter;
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return schemas::folded(out);
}

std::optional<IdsColumn> ids_column_named(std::string_view header) {
    const std::string name = folded(header);
    const auto column_of = [](std::string_view wanted) -> std::optional<IdsColumn> {
        for (const IdsColumnInfo& info : ids_columns()) {
            if (folded(info.header) == wanted) return info.column;
        }
        return std::nullopt;
    };
    if (const auto own = column_of(name)) return own;
    for (const IdsAlias& alias : ids_aliases()) {
        if (folded(alias.alias) == name) return column_of(folded(alias.column));
    }
    return std::nullopt;
}

WordMeaning meaning_of(const schemas::CodeFile& list, std::string_view word) {
    WordMeaning meaning;
    const std::string wanted = folded(word);
    if (wanted.empty()) return meaning;
    for (const schemas::CodeRow& row : list.rows) {
        if (folded(row.code) != wanted || !row.until.empty()) continue;
        meaning.code = row.code;
        return meaning;
    }
    for (const schemas::CodeRow& row : list.rows) {
        if ((folded(row.en) != wanted && folded(row.ru) != wanted) || !row.until.empty()) continue;
        meaning.code = row.code;
        return meaning;
    }
    for (const IdsWord& row : ids_word_rows()) {
        if (row.list == list.name && folded(row.word) == wanted) return meaning_of_row(row);
    }
    return meaning;
}

}  // namespace chapar::client
