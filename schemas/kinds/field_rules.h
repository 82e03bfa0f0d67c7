// The rules of single fields, one row each, in the order of the schema.
//
// Owns: the rows, made by walking the schema of a kind. Does not know values, nor rules between
// fields. For `kinds show`, JSON Schema and tests; the walks over values read the
// same annotations. Private to schemas/kinds for its argument. Source: rules.capnp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/kinds/annotations.h"

namespace chapar::schemas {

enum class Presence : std::uint8_t { Mandatory, Optional };

struct FieldRule {
    std::string path;  // JSON names; "[]" stands for any element: "goods[].quantity.unit"
    Presence presence = Presence::Optional;
    std::string_view type;  // of the wire: "Text", "UInt8", "List", "struct" ..
    FieldNotes notes;
};

[[nodiscard]] std::vector<FieldRule> field_rules(capnp::StructSchema schema);

}  // namespace chapar::schemas
