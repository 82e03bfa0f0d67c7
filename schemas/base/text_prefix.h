// The beginning of a text that may be too long.
#pragma once

#include <cstddef>
#include <string_view>

namespace chapar {

// At most so many bytes, and no character in halves.
[[nodiscard]] constexpr std::string_view text_prefix(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    return text.substr(0, most);
}

}  // namespace chapar
