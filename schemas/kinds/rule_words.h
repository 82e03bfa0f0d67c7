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

// "legs[2].number"
[[nodiscard]] inline std::string element_path(std::string_view list, unsigned place,
                                              std::string_view field) {
    return std::string(list) + "[" + std::to_string(place) + "]." + std::string(field);
}

}  // namespace chapar::schemas
