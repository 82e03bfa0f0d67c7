#include "client/cli/terminal/graphemes.h"

#include <utf8proc.h>

#include <algorithm>
#include <optional>

#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

constexpr char32_t kBroken = 0xFFFD;
constexpr char32_t kPicture = 0xFE0F;  // variation selector 16

utf8proc_int32_t code(char32_t point) { return static_cast<utf8proc_int32_t>(point); }

std::size_t width_of(char32_t point) {
    return static_cast<std::size_t>(std::max(utf8proc_charwidth(code(point)), 0));
}

bool is_flag_letter(char32_t point) { return point >= 0x1F1E6 && point <= 0x1F1FF; }

}  // namespace

Cluster take_cluster(std::string_view& text) {
    const std::string_view from = text;
    std::optional<char32_t> last = take_code_point(text);
    Cluster out{from, width_of(last.value_or(kBroken)), 1};
    if (last && is_flag_letter(*last)) out.width = 2;
    utf8proc_int32_t state = 0;
    while (last && !text.empty()) {
        std::string_view rest = text;
        const auto point = take_code_point(rest);
        if (!point || utf8proc_grapheme_break_stateful(code(*last), code(*point), &state)) break;
        out.width = std::max(out.width, *point == kPicture ? 2U : width_of(*point));
        ++out.points;
        text = rest;
        last = point;
    }
    out.text = from.substr(0, from.size() - text.size());
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) width += take_cluster(text).width;
    return width;
}

bool has_right_to_left(std::string_view text) {
    while (!text.empty()) {
        const auto point = take_code_point(text);
        if (!point) continue;
        const auto bidi = utf8proc_get_property(code(*point))->bidi_class;
        if (bidi == UTF8PROC_BIDI_CLASS_R || bidi == UTF8PROC_BIDI_CLASS_AL ||
            bidi == UTF8PROC_BIDI_CLASS_AN) {
            return true;
        }
    }
    return false;
}

}  // namespace chapar::client
