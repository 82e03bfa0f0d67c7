// What a person answers to one question, as the value that JSON has for it.
//
// Owns: which fields are asked in one line, and how such lines are read: codes by code or label in
// any language, amounts with their unit ("24,6 кг"), places ("TJ-KT, Nizhny Pyanj"), dates of two
// calendars, times with their offset, yes and no, three sets of digits. Nothing is guessed: what
// has two readings is told with both. Does not know which field comes next. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schemas/base/time.h"
#include "schemas/kinds/field_tree.h"

namespace chapar::client {

struct AnswerFault {
    std::string allowed;                                // in words of the language
    std::vector<const schemas::CodeRow*> candidates{};  // codes that have it as a part
    bool may_stand = false;                             // said again, it stands as it is written
};
struct Answer {
    boost::json::value value;
    bool day_only = false;  // a time of which no hour was written
};
using AnswerOrFault = std::variant<Answer, AnswerFault>;

// Whether one line answers it: all but objects and lists, and some of these.
[[nodiscard]] bool is_one_line(const schemas::FieldNode& node);

struct AnswerContext {
    TimeMs now{};
    schemas::Language language = schemas::Language::English;
    bool as_written = false;  // a text that is no usual value, but contains one, stands
};
// REQUIRES: is_one_line(node).
[[nodiscard]] AnswerOrFault read_answer(const schemas::FieldNode& node, std::string_view line,
                                        const AnswerContext& context);

// The list whose codes or usual values a question has; null if it has none.
[[nodiscard]] const schemas::CodeFile* codes_of(const schemas::FieldNode& node);
// What may be answered, with an example.
[[nodiscard]] std::string allowed_answer(const schemas::FieldNode& node,
                                         schemas::Language language);

}  // namespace chapar::client
