// The text of a code that has a C++ enum of its own, though a newer list knows more of them.
//
// Owns: the look into the list that an open enum names (codes.h). Does not know fields. Pure.
#pragma once

#include <string>
#include <string_view>

#include "schemas/codes.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::schemas {

// As the list in use has it; "#20" where that is older than whoever wrote the code.
template <CodeList Code>
[[nodiscard]] std::string code_text(Code code) {
    if constexpr (OpenCode<Code>) {
        const std::uint64_t number = static_cast<std::uint64_t>(code) + 1;
        const CodeFile* const list = find_codes(CodeTexts<Code>::kOpenList);
        const CodeRow* const row = list != nullptr ? list->find(number) : nullptr;
        return row != nullptr ? std::string(row->code) : "#" + std::to_string(number);
    } else {
        return std::string(text_of(code));
    }
}

}  // namespace chapar::schemas
