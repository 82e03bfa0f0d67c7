// Which texts and codes are well formed.
//
// Owns: pure predicates on text. Does not know fields or limits other than those given. Bidi and
// other invisible characters pass: how text is shown is decided where it is shown.
#pragma once

#include <cstdint>
#include <string_view>

namespace chapar::schemas {

enum class TextForm : std::uint8_t {
    Line,   // no control character at all
    Lines,  // line feed and tab are allowed
};

// Valid UTF-8 (shortest form, no surrogates) without other control characters (C0, DEL, C1).
[[nodiscard]] bool is_clean_text(std::string_view text, TextForm form);

// `pattern`: 'A' a letter A-Z, 'a' a letter a-z, '0' a digit, '9' a letter A-Z or digit 2-9, any
// other character itself.
[[nodiscard]] bool matches(std::string_view text, std::string_view pattern);

// 1..255 bytes of clean text that name a file and no path.
[[nodiscard]] bool is_file_name(std::string_view text);

}  // namespace chapar::schemas
