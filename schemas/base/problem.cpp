#include "schemas/base/problem.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace chapar {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// Reads one code point from the front of `text` and removes its bytes; broken bytes one at a time.
std::uint32_t take_code_point(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    std::size_t size = 1;
    if (first >= 0xC2 && first < 0xE0) size = 2;
    if (first >= 0xE0 && first < 0xF0) size = 3;
    if (first >= 0xF0 && first < 0xF5) size = 4;
    std::uint32_t point = size == 1 ? first : first & (0x7FU >> size);
    bool good = first < 0x80 || (size > 1 && size <= text.size());
    for (std::size_t i = 1; good && i < size; ++i) {
        good = (byte(i) & 0xC0) == 0x80;
        point = point << 6 | (byte(i) & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    good = good && point >= kSmallest.at(size) && point <= 0x10FFFF && (point >> 11) != 0x1B;
    text.remove_prefix(good ? size : 1);
    return good ? point : kReplacement;
}

void add_unit(std::string& out, std::uint32_t unit) {
    std::array<char, 7> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(unit & 0xFFFF));
    out += escape.data();
}

void add_field(std::string& out, std::string_view name, std::string_view value) {
    out += ",\"" + std::string(name) + "\":\"" + json_escape(value) + '"';
}

}  // namespace

std::string json_escape(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::uint32_t point = take_code_point(text);
        if (point == '"' || point == '\\') out += '\\';
        if (point >= 0x20 && point < 0x7F) {
            out += static_cast<char>(point);
        } else if (point < 0x10000) {
            add_unit(out, point);
        } else {
            add_unit(out, 0xD800 + ((point - 0x10000) >> 10));
            add_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
        }
    }
    return out;
}

std::string problem_json(const Error& error) {
    const ErrorText& text = text_of(error.code);
    std::string out = "{\"problem\":\"" + json_escape(text.code) + '"';
    add_field(out, "sentence", text.sentence);
    add_field(out, "unchanged", text.unchanged);
    add_field(out, "next", text.next);
    out += ",\"exit\":" + std::to_string(static_cast<int>(text.exit));
    if (!error.context.empty()) add_field(out, "context", error.context);
    return out + '}';
}

std::string problem_text(const Error& error) {
    const ErrorText& text = text_of(error.code);
    std::string out = std::string(text.code) + ": " + std::string(text.sentence);
    if (!error.context.empty()) out += "\n  where: " + error.context;
    return out + "\n  " + std::string(text.unchanged) + "\n  next: " + std::string(text.next);
}

}  // namespace chapar
