// One text for each value of a code list: the mechanism, not the lists.
//
// A list is an `enum class` numbered 0, 1, 2 .. and a specialisation of `CodeTexts` with one text a
// value, in that order. Wire, JSON and screen use that one table. Source: schemas/README.md,
// "Code lists".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chapar::schemas {

template <typename Code>
struct CodeTexts;  // static constexpr std::array<std::string_view, n> kTexts

template <typename Code>
concept CodeList = requires {
    CodeTexts<Code>::kTexts.size();
};

template <CodeList Code>
[[nodiscard]] constexpr std::string_view text_of(Code code) {
    return CodeTexts<Code>::kTexts.at(static_cast<std::size_t>(code));
}

// Empty for a text that is not in the list, byte for byte.
template <CodeList Code>
[[nodiscard]] constexpr std::optional<Code> code_of(std::string_view text) {
    for (std::size_t i = 0; i < CodeTexts<Code>::kTexts.size(); ++i) {
        if (CodeTexts<Code>::kTexts.at(i) == text) return static_cast<Code>(i);
    }
    return std::nullopt;
}

// Empty for a number beyond the list.
template <CodeList Code>
[[nodiscard]] constexpr std::optional<Code> code_numbered(std::uint64_t number) {
    if (number >= CodeTexts<Code>::kTexts.size()) return std::nullopt;
    return static_cast<Code>(number);
}

}  // namespace chapar::schemas
