#include "crypto/text_form.h"

#include <charconv>

namespace chapar::crypto {
namespace {

struct Lead {
    std::size_t following;
    char32_t bits;
    char32_t least;  // the smallest code point that needs this many bytes
};

std::optional<Lead> lead_of(unsigned char c) {
    if (c < 0x80) return Lead{0, c, 0};
    if (c >= 0xC2 && c < 0xE0) return Lead{1, c & 0x1FU, 0x80};
    if (c >= 0xE0 && c < 0xF0) return Lead{2, c & 0x0FU, 0x800};
    if (c >= 0xF0 && c < 0xF5) return Lead{3, c & 0x07U, 0x10000};
    return std::nullopt;
}

bool is_scalar_value(char32_t c) { return c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF); }

}  // namespace

std::optional<std::u32string> decode_utf8(std::string_view text) {
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::optional<Lead> lead = lead_of(static_cast<unsigned char>(text[at]));
        if (!lead || text.size() - at <= lead->following) return std::nullopt;
        char32_t c = lead->bits;
        for (std::size_t i = 1; i <= lead->following; ++i) {
            const auto next = static_cast<unsigned char>(text[at + i]);
            if ((next & 0xC0U) != 0x80U) return std::nullopt;
            c = c << 6 | (next & 0x3FU);
        }
        if (c < lead->least || !is_scalar_value(c)) return std::nullopt;
        out.push_back(c);
        at += 1 + lead->following;
    }
    return out;
}

bool is_unicode_space(char32_t c) {
    switch (c) {
        case 0x09:
        case 0x0A:
        case 0x0B:
        case 0x0C:
        case 0x0D:
        case 0x20:
        case 0x85:
        case 0xA0:
        case 0x1680:
        case 0x2028:
        case 0x2029:
        case 0x202F:
        case 0x205F:
        case 0x3000:
            return true;
        default:
            return c >= 0x2000 && c <= 0x200A;
    }
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    std::uint64_t n = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, n);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return n;
}

std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

}  // namespace chapar::crypto
