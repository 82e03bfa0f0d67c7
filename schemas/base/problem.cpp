#include "schemas/base/problem.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "schemas/base/shown.h"

namespace chapar {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

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
        const std::uint32_t point = take_code_point(text).value_or(kReplacement);
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
    if (!error.context.empty()) out += "\n  where: " + shown(error.context);
    return out + "\n  " + std::string(text.unchanged) + "\n  next: " + std::string(text.next);
}

}  // namespace chapar
