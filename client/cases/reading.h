// A payload as a person reads it: one line a field, in the language of the reader.
//
// Owns: the order (that of the schema), labels of fields and of codes, and how unknown codes are
// told. Free text stays as its author wrote it, with the language that he named. Works on the JSON
// of a payload (schemas/kinds/kind_json.h), whole or still being written; what has no place in the
// kind is passed over. Does not know columns. Pure. Source: domain.md 3; schemas/codes/README.md.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "schemas/kinds/field_tree.h"

namespace chapar::client {

struct ReadingLine {
    std::size_t depth = 0;
    std::string label;
    std::string value;  // may have line feeds; empty for the head of an object
    bool operator==(const ReadingLine&) const = default;
};

[[nodiscard]] std::vector<ReadingLine> reading_of(const schemas::FieldNode& tree,
                                                  const boost::json::object& payload,
                                                  schemas::Language language);
// "Heroin (heroin)", "Road (road)", "yes"; objects and lists in one line, parts with commas.
[[nodiscard]] std::string value_words(const schemas::FieldNode& node,
                                      const boost::json::value& value, schemas::Language language);
// The row's label, and its code where it says more.
[[nodiscard]] std::string code_words(const schemas::CodeRow& row, schemas::Language language);

}  // namespace chapar::client
