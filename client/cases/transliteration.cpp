#include "client/cases/transliteration.h"

#include <algorithm>
#include <array>

#include "schemas/base/shown.h"
#include "schemas/kinds/labels.h"
#include "schemas/script.h"

namespace chapar::client {
namespace {

struct Letter {
    std::string_view small;
    std::string_view latin;
};
// ICAO Doc 9303 part 3, section 6.B: the recommended column, without what it excepts for single
// languages. The soft sign is left out.
constexpr std::array<Letter, 48> kIcao{{
    {"а", "a"},  {"б", "b"},  {"в", "v"},  {"г", "g"},  {"д", "d"},  {"е", "e"},  {"ё", "e"},
    {"ж", "zh"}, {"з", "z"},  {"и", "i"},  {"і", "i"},  {"й", "i"},  {"к", "k"},  {"л", "l"},
    {"м", "m"},  {"н", "n"},  {"о", "o"},  {"п", "p"},  {"р", "r"},  {"с", "s"},  {"т", "t"},
    {"у", "u"},  {"ф", "f"},  {"х", "kh"}, {"ц", "ts"}, {"ч", "ch"}, {"ш", "sh"}, {"щ", "shch"},
    {"ы", "y"},  {"ъ", "ie"}, {"ь", ""},   {"э", "e"},  {"ю", "iu"}, {"я", "ia"}, {"ґ", "g"},
    {"ў", "u"},  {"ѓ", "g"},  {"ђ", "d"},  {"ѕ", "dz"}, {"ј", "j"},  {"ќ", "k"},  {"љ", "lj"},
    {"њ", "nj"}, {"ћ", "c"},  {"џ", "dz"}, {"є", "ie"}, {"ї", "i"},  {"ѣ", "ie"},
}};
// Letters of Tajik, Kazakh, Kyrgyz and Uzbek that the table does not have: as their own Latin
// alphabets and passports write them (K; nobody's standard).
constexpr std::array<Letter, 11> kRegion{{
    {"ғ", "gh"},
    {"ӣ", "i"},
    {"қ", "q"},
    {"ӯ", "u"},
    {"ҳ", "h"},
    {"ҷ", "j"},
    {"ә", "a"},
    {"ң", "n"},
    {"ө", "o"},
    {"ұ", "u"},
    {"ү", "u"},
}};

const Letter* find_letter(std::string_view small) {
    const auto in = [small](const auto& table) -> const Letter* {
        const auto found = std::ranges::find(table, small, &Letter::small);
        return found == table.end() ? nullptr : &*found;
    };
    const Letter* icao = in(kIcao);
    return icao != nullptr ? icao : in(kRegion);
}

struct Point {
    std::string_view text;
    char32_t value = 0;
};
Point take(std::string_view& text) {
    const std::string_view before = text;
    const auto value = take_code_point(text);
    return {before.substr(0, before.size() - text.size()), value.value_or(0xFFFD)};
}

bool is_cyrillic(const Point& point) { return schemas::script_of_letter(point.value) == "Cyrl"; }

bool is_capital(const Point& point) { return schemas::folded(point.text) != point.text; }

// The case of what stands for a capital: "Shch" before a small letter, "SHCH" among capitals.
bool all_capital(std::string_view rest, bool after_capital) {
    if (rest.empty()) return after_capital;
    const Point next = take(rest);
    return is_cyrillic(next) ? is_capital(next) : after_capital;
}

std::string raised(std::string_view latin, bool whole) {
    std::string out(latin);
    for (std::size_t i = 0; i < out.size() && (i == 0 || whole); ++i) {
        out[i] = static_cast<char>(out[i] - 'a' + 'A');
    }
    return out;
}

}  // namespace

std::optional<std::string> latin_of_cyrillic(std::string_view text) {
    std::string out;
    bool after_capital = false;
    while (!text.empty()) {
        const Point point = take(text);
        if (!is_cyrillic(point)) {
            if (schemas::script_of_letter(point.value) != "") return std::nullopt;
            out += point.text;
            after_capital = false;
            continue;
        }
        // ё and й are letters of the table; folding makes the first an е, which is written alike.
        const Letter* letter = find_letter(schemas::folded(point.text));
        if (letter == nullptr) return std::nullopt;
        const bool capital = is_capital(point) && point.text != "ё";
        out += capital ? raised(letter->latin, all_capital(text, after_capital))
                       : std::string(letter->latin);
        after_capital = capital;
    }
    return out;
}

}  // namespace chapar::client
