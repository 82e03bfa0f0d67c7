#include "schemas/base/shown.h"

#include <array>
#include <cstdio>

namespace chapar {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

void add_unit(std::string& out, char32_t unit) {
    std::array<char, 7> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(unit & 0xFFFF));
    out += escape.data();
}

void add_json(std::string& out, char32_t point) {
    if (point < 0x10000) return add_unit(out, point);
    add_unit(out, 0xD800 + ((point - 0x10000) >> 10));
    add_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
}

void add_visible(std::string& out, char32_t point) {
    std::array<char, 16> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u{%04X}", static_cast<unsigned>(point));
    out += escape.data();
}

template <typename Passes, typename Add>
std::string replaced(std::string_view text, Passes passes, Add add) {
    std::string out;
    while (!text.empty()) {
        const std::string_view from = text;
        const auto point = take_code_point(text);
        if (point && passes(*point)) {
            out += from.substr(0, from.size() - text.size());
        } else {
            add(out, point.value_or(kReplacement));
        }
    }
    return out;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    std::size_t size = 1;
    if (first >= 0xC2 && first < 0xE0) size = 2;
    if (first >= 0xE0 && first < 0xF0) size = 3;
    if (first >= 0xF0 && first < 0xF5) size = 4;
    char32_t point = size == 1 ? first : first & (0x7FU >> size);
    bool good = first < 0x80 || (size > 1 && size <= text.size());
    for (std::size_t i = 1; good && i < size; ++i) {
        good = (byte(i) & 0xC0) == 0x80;
        point = point << 6 | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    good = good && point >= kSmallest.at(size) && point <= 0x10FFFF && (point >> 11) != 0x1B;
    text.remove_prefix(good ? size : 1);
    if (!good) return std::nullopt;
    return point;
}

bool is_hidden(char32_t point) {
    const bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
    const bool bidi = point == 0x061C || point == 0x200E || point == 0x200F ||
                      (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    const bool break_or_blank = point == 0x200B || point == 0x2028 || point == 0x2029 ||
                                point == 0x2060 || point == 0x00AD || point == 0xFEFF;
    const bool tag = point >= 0xE0000 && point <= 0xE007F;
    return control || bidi || break_or_blank || tag;
}

std::string shown(std::string_view text, ShownForm form) {
    const auto passes = [form](char32_t point) {
        return !is_hidden(point) || (form == ShownForm::Lines && point == '\n');
    };
    return replaced(text, passes, add_visible);
}

std::string shown_json(std::string_view json) {
    return replaced(
        json, [](char32_t point) { return !is_hidden(point); }, add_json);
}

}  // namespace chapar
