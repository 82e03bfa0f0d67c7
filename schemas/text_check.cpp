#include "schemas/text_check.h"

#include <cstddef>

namespace chapar::schemas {
namespace {

constexpr bool within(char c, char first, char last) { return c >= first && c <= last; }

// The code point at `at`, whose length is put into `size`; 0xFFFFFFFF where it is not UTF-8.
std::uint32_t code_point(std::string_view text, std::size_t at, std::size_t& size) {
    constexpr std::uint32_t kInvalid = 0xFFFFFFFF;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(at);
    size = 1;
    if (first < 0x80) return first;
    if (first < 0xC2 || first > 0xF4) return kInvalid;
    size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() - at < size) return kInvalid;
    std::uint32_t point = first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return kInvalid;
        point = point << 6 | (byte(at + i) & 0x3FU);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return overlong || surrogate || point > 0x10FFFF ? kInvalid : point;
}

}  // namespace

bool is_clean_text(std::string_view text, TextForm form) {
    std::size_t size = 0;
    for (std::size_t at = 0; at < text.size(); at += size) {
        const std::uint32_t point = code_point(text, at, size);
        if (point > 0x10FFFF) return false;
        if (form == TextForm::Lines && (point == '\n' || point == '\t')) continue;
        if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
    }
    return true;
}

bool matches(std::string_view text, std::string_view pattern) {
    if (text.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        switch (pattern[i]) {
            case 'A':
                if (!within(c, 'A', 'Z')) return false;
                break;
            case 'a':
                if (!within(c, 'a', 'z')) return false;
                break;
            case '0':
                if (!within(c, '0', '9')) return false;
                break;
            case '9':
                if (!within(c, 'A', 'Z') && !within(c, '2', '9')) return false;
                break;
            default:
                if (c != pattern[i]) return false;
        }
    }
    return true;
}

bool is_file_name(std::string_view text) {
    return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
           text.find_first_of("/\\") == std::string_view::npos &&
           is_clean_text(text, TextForm::Line);
}

}  // namespace chapar::schemas
