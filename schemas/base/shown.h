// Text from strangers on its way to a person's terminal.
//
// Owns: which characters steer a terminal or hide how a text reads, and the two forms in which they
// become visible. Joiners (U+200C, U+200D) pass: Persian and Pashto are written with them. Does not
// know where the text goes. Pure. Unicode UAX #9 (bidi controls), RFC 8259 section 7 (escapes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chapar {

// Takes one code point off the front of a text that is not empty; one byte and no value where it is
// not UTF-8 (shortest form, no surrogates).
[[nodiscard]] std::optional<char32_t> take_code_point(std::string_view& text);

// C0, DEL, C1, bidi controls, line and paragraph separator, characters without any width that join
// nothing, tags.
[[nodiscard]] bool is_hidden(char32_t point);

enum class ShownForm : std::uint8_t {
    Line,   // a line feed is hidden too
    Lines,  // line feeds pass
};

// Hidden characters as \u{202E}; broken UTF-8 as \u{FFFD}, byte by byte.
[[nodiscard]] std::string shown(std::string_view text, ShownForm form = ShownForm::Line);

// For JSON that is already serialized: the same characters as \u202e, so its values do not change.
[[nodiscard]] std::string shown_json(std::string_view json);

}  // namespace chapar
