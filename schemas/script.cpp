#include "schemas/script.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "schemas/base/shown.h"

namespace chapar::schemas {
namespace {

struct Letters {
    char32_t first, last;
    std::string_view script;
};

// Ascending. Without letters of phonetic alphabets, numbers in rings and the like: no name has
// them.
// clang-format off
constexpr std::array<Letters, 131> kLetters{{
    {0x0041, 0x005A, "Latn"}, {0x0061, 0x007A, "Latn"}, {0x00AA, 0x00AA, "Latn"},
    {0x00BA, 0x00BA, "Latn"}, {0x00C0, 0x00D6, "Latn"}, {0x00D8, 0x00F6, "Latn"},
    {0x00F8, 0x02B8, "Latn"}, {0x02E0, 0x02E4, "Latn"}, {0x02EA, 0x02EB, "Bopo"},
    {0x0370, 0x0373, "Grek"}, {0x0375, 0x037D, "Grek"}, {0x037F, 0x0384, "Grek"},
    {0x0386, 0x0386, "Grek"}, {0x0388, 0x03E1, "Grek"}, {0x03F0, 0x03FF, "Grek"},
    {0x0400, 0x052F, "Cyrl"}, {0x0531, 0x058F, "Armn"}, {0x0591, 0x05F4, "Hebr"},
    {0x0620, 0x063F, "Arab"}, {0x0641, 0x064A, "Arab"}, {0x0656, 0x065F, "Arab"},
    {0x066A, 0x066F, "Arab"}, {0x0671, 0x06DC, "Arab"}, {0x06DE, 0x06EF, "Arab"},
    {0x06FA, 0x06FF, "Arab"}, {0x0700, 0x074F, "Syrc"}, {0x0750, 0x077F, "Arab"},
    {0x0780, 0x07B1, "Thaa"}, {0x07C0, 0x07FF, "Nkoo"}, {0x0860, 0x086A, "Syrc"},
    {0x0870, 0x08E1, "Arab"}, {0x08E3, 0x08FF, "Arab"}, {0x0900, 0x0950, "Deva"},
    {0x0955, 0x0963, "Deva"}, {0x0966, 0x097F, "Deva"}, {0x0980, 0x09FE, "Beng"},
    {0x0A01, 0x0A76, "Guru"}, {0x0A81, 0x0AFF, "Gujr"}, {0x0B01, 0x0B77, "Orya"},
    {0x0B82, 0x0BFA, "Taml"}, {0x0C00, 0x0C7F, "Telu"}, {0x0C80, 0x0CF2, "Knda"},
    {0x0D00, 0x0D7F, "Mlym"}, {0x0D81, 0x0DF4, "Sinh"}, {0x0E01, 0x0E3A, "Thai"},
    {0x0E40, 0x0E5B, "Thai"}, {0x0E81, 0x0EDF, "Laoo"}, {0x0F00, 0x0FD4, "Tibt"},
    {0x0FD9, 0x0FDA, "Tibt"}, {0x1000, 0x109F, "Mymr"}, {0x10A0, 0x10FA, "Geor"},
    {0x10FC, 0x10FF, "Geor"}, {0x1100, 0x11FF, "Hang"}, {0x1200, 0x1399, "Ethi"},
    {0x13A0, 0x13FD, "Cher"}, {0x1400, 0x167F, "Cans"}, {0x1780, 0x17F9, "Khmr"},
    {0x1800, 0x1801, "Mong"}, {0x1804, 0x1804, "Mong"}, {0x1806, 0x18AA, "Mong"},
    {0x18B0, 0x18F5, "Cans"}, {0x1950, 0x1974, "Tale"}, {0x1980, 0x19DF, "Talu"},
    {0x19E0, 0x19FF, "Khmr"}, {0x1A00, 0x1A1F, "Bugi"}, {0x1A20, 0x1AAD, "Lana"},
    {0x1B00, 0x1B7E, "Bali"}, {0x1B80, 0x1BBF, "Sund"}, {0x1C50, 0x1C7F, "Olck"},
    {0x1C80, 0x1C88, "Cyrl"}, {0x1C90, 0x1CBF, "Geor"}, {0x1CC0, 0x1CC7, "Sund"},
    {0x1E00, 0x1EFF, "Latn"}, {0x1F00, 0x1FFE, "Grek"}, {0x2C60, 0x2C7F, "Latn"},
    {0x2D00, 0x2D2D, "Geor"}, {0x2D30, 0x2D7F, "Tfng"}, {0x2D80, 0x2DDE, "Ethi"},
    {0x2DE0, 0x2DFF, "Cyrl"}, {0x2E80, 0x2FD5, "Hani"}, {0x3005, 0x3005, "Hani"},
    {0x3007, 0x3007, "Hani"}, {0x3021, 0x3029, "Hani"}, {0x302E, 0x302F, "Hang"},
    {0x3038, 0x303B, "Hani"}, {0x3041, 0x3096, "Hira"}, {0x309D, 0x309F, "Hira"},
    {0x30A1, 0x30FA, "Kana"}, {0x30FD, 0x30FF, "Kana"}, {0x3105, 0x312F, "Bopo"},
    {0x3131, 0x318E, "Hang"}, {0x31A0, 0x31BF, "Bopo"}, {0x31F0, 0x31FF, "Kana"},
    {0x3400, 0x4DBF, "Hani"}, {0x4E00, 0x9FFF, "Hani"}, {0xA000, 0xA4C6, "Yiii"},
    {0xA4D0, 0xA4FF, "Lisu"}, {0xA640, 0xA69F, "Cyrl"}, {0xA722, 0xA787, "Latn"},
    {0xA78B, 0xA7FF, "Latn"}, {0xA8E0, 0xA8FF, "Deva"}, {0xA960, 0xA97C, "Hang"},
    {0xA980, 0xA9CD, "Java"}, {0xA9D0, 0xA9DF, "Java"}, {0xA9E0, 0xA9FE, "Mymr"},
    {0xAA00, 0xAA5F, "Cham"}, {0xAA60, 0xAA7F, "Mymr"}, {0xAAE0, 0xAAF6, "Mtei"},
    {0xAB01, 0xAB2E, "Ethi"}, {0xAB30, 0xAB5A, "Latn"}, {0xAB70, 0xABBF, "Cher"},
    {0xABC0, 0xABF9, "Mtei"}, {0xAC00, 0xD7FB, "Hang"}, {0xF900, 0xFAD9, "Hani"},
    {0xFB00, 0xFB06, "Latn"}, {0xFB13, 0xFB17, "Armn"}, {0xFB1D, 0xFB4F, "Hebr"},
    {0xFB50, 0xFD3D, "Arab"}, {0xFD40, 0xFDFF, "Arab"}, {0xFE2E, 0xFE2F, "Cyrl"},
    {0xFE70, 0xFEFC, "Arab"}, {0xFF21, 0xFF3A, "Latn"}, {0xFF41, 0xFF5A, "Latn"},
    {0xFF66, 0xFF6F, "Kana"}, {0xFF71, 0xFF9D, "Kana"}, {0xFFA0, 0xFFDC, "Hang"},
    {0x10D00, 0x10D39, "Rohg"}, {0x11100, 0x11147, "Cakm"}, {0x16FE2, 0x16FF1, "Hani"},
    {0x1E900, 0x1E95F, "Adlm"}, {0x20000, 0x3134A, "Hani"},
}};
// clang-format on

struct Points {
    char32_t first, last;
};
// Blocks of what is written with any script: digits, marks, joiners, punctuation, symbols. Letters
// among them have a row above.
constexpr std::array<Points, 19> kOfNone{{
    {0x0000, 0x036F}, {0x0385, 0x0387}, {0x0600, 0x06FF}, {0x08E2, 0x08E2}, {0x0951, 0x0965},
    {0x0E3F, 0x0E3F}, {0x10FB, 0x10FB}, {0x1802, 0x1805}, {0x1AB0, 0x1AFF}, {0x1CD0, 0x1CFF},
    {0x1DC0, 0x1DFF}, {0x2000, 0x2BFF}, {0x2E00, 0x2E7F}, {0x2FF0, 0x30FF}, {0x3190, 0x33FF},
    {0xA700, 0xA721}, {0xA788, 0xA78A}, {0xFE00, 0xFE6F}, {0xFEFF, 0xFFEF},
}};

template <typename Row, std::size_t kRows>
const Row* row_with(const std::array<Row, kRows>& rows, char32_t point) {
    const auto row = std::ranges::upper_bound(rows, point, {}, &Row::first);
    if (row == rows.begin() || std::prev(row)->last < point) return nullptr;
    return &*std::prev(row);
}

// Japanese has three scripts in one text, Korean two; ISO 15924 has a code for each such mixture.
std::optional<std::string_view> together(const std::set<std::string_view>& scripts) {
    const auto all_of = [&scripts](std::initializer_list<std::string_view> allowed) {
        return std::ranges::all_of(scripts, [allowed](std::string_view script) {
            return std::ranges::find(allowed, script) != allowed.end();
        });
    };
    if (scripts.size() == 1) return *scripts.begin();
    if (scripts.empty()) return std::nullopt;
    if (all_of({"Hani", "Hira", "Kana"})) return "Jpan";
    if (all_of({"Hang", "Hani"})) return "Kore";
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> script_of_letter(char32_t point) {
    if (const Letters* const letters = row_with(kLetters, point)) return letters->script;
    if (row_with(kOfNone, point) != nullptr) return "";
    return std::nullopt;
}

std::optional<std::string_view> script_of(std::string_view text) {
    std::set<std::string_view> found;
    while (!text.empty()) {
        const auto point = take_code_point(text);
        const auto script = point ? script_of_letter(*point) : std::nullopt;
        if (!script) return std::nullopt;
        if (!script->empty()) found.insert(*script);
    }
    return together(found);
}

}  // namespace chapar::schemas
