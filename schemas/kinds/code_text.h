// The text of a code that has a C++ enum of its own, though a newer list knows more of them.
//
// Owns: which list an enum repeats (codes.h), where the list is open: its enum then also holds
// numbers that it has no name for. Does not know fields. Pure.
#pragma once

#include <string>
#include <string_view>

#include "schemas/codes.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::schemas {

template <CodeList Code>
struct OpenList;  // kName, for the enums of open lists only
template <>
struct OpenList<SubstanceList> {
    static constexpr std::string_view kName = "substance-lists";
};
template <>
struct OpenList<SubstanceForm> {
    static constexpr std::string_view kName = "substance-forms";
};
template <>
struct OpenList<PurityMethod> {
    static constexpr std::string_view kName = "purity-methods";
};
template <>
struct OpenList<TransportDocument> {
    static constexpr std::string_view kName = "transport-documents";
};
template <>
struct OpenList<Concealment> {
    static constexpr std::string_view kName = "concealment";
};
template <>
struct OpenList<Detection> {
    static constexpr std::string_view kName = "detection";
};
template <>
struct OpenList<SeizurePlace> {
    static constexpr std::string_view kName = "seizure-places";
};
template <>
struct OpenList<Script> {
    static constexpr std::string_view kName = "scripts";
};
template <>
struct OpenList<QuestionType> {
    static constexpr std::string_view kName = "question-types";
};
template <typename Code>
concept OpenCode = requires {
    OpenList<Code>::kName;
};

// As the list in use has it; "#20" where that is older than whoever wrote the code.
template <CodeList Code>
[[nodiscard]] std::string code_text(Code code) {
    if constexpr (OpenCode<Code>) {
        const std::uint64_t number = static_cast<std::uint64_t>(code) + 1;
        const CodeFile* const list = find_codes(OpenList<Code>::kName);
        const CodeRow* const row = list != nullptr ? list->find(number) : nullptr;
        return row != nullptr ? std::string(row->code) : "#" + std::to_string(number);
    } else {
        return std::string(text_of(code));
    }
}

}  // namespace chapar::schemas
