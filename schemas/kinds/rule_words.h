// Words that the tables of rules share. Private to schemas/kinds.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "schemas/base/assert.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/cross_rules.h"

namespace chapar::schemas {

// Nothing is wrong if it holds; else the field at `path`, the row's own if it is empty.
[[nodiscard]] inline Broken unless(bool holds, std::string path = "") {
    if (holds) return std::nullopt;
    return path;
}

[[nodiscard]] inline bool is_code(const RuleView& view, const char* field, std::string_view list,
                                  std::string_view code) {
    const CodeFile* const file = find_codes(list);
    CHAPAR_ASSERT(file != nullptr);
    const CodeRow* const row = file->find(code);
    CHAPAR_ASSERT(row != nullptr);
    return view.number(field) == row->number;
}

// What must be given where a field says one code: an answer where the result is FOUND.
[[nodiscard]] inline Broken given_where(const RuleView& view, const char* field,
                                        std::string_view list, std::string_view code,
                                        const char* needed) {
    return unless(!is_code(view, field, list, code) || view.has(needed));
}

// "legs[2].number"
[[nodiscard]] inline std::string element_path(std::string_view list, unsigned place,
                                              std::string_view field) {
    return std::string(list) + "[" + std::to_string(place) + "]." + std::string(field);
}

// For the rows.
constexpr Errc kMissing = Errc::FieldMissing;
constexpr Errc kInvalid = Errc::FieldInvalid;
constexpr Weight kRefuse = Weight::Refuse;
constexpr Needs kContent = Needs::Content;
constexpr Needs kHeader = Needs::Header;
using View = const RuleView&;
using Context = const RuleContext&;

constexpr std::string_view kOther = "given where the reason is OTHER";

constexpr CrossRule explained(std::string_view kind, std::string_view sentence,
                              Broken (*broken)(View, Context)) {
    return {"reason.text", kind, "explanation", sentence, kRefuse, kContent, kMissing, broken};
}

}  // namespace chapar::schemas
