// A value for any field of any kind, and what it can never be: from its annotations.
//
// Owns: plausible values. They need not keep the rules between fields. Throws what Cap'n Proto
// throws.
#pragma once

#include <capnp/dynamic.h>

#include <functional>
#include <string>
#include <vector>

#include "schemas/kinds/schema_notes.h"

namespace chapar::testing {

using Part = capnp::DynamicStruct::Builder;

// What must be given in a struct that is empty.
void give_musts(Part part);
// One value, and the flag that says so where there is one.
void give(Part part, const schemas::SchemaField& field);

struct BadValue {
    std::string what;  // for a person who reads the failure
    std::string at;    // after the path of the field: "[0]" for an element
    std::function<void(Part)> put;
};
[[nodiscard]] std::vector<BadValue> bad_wire_values(const schemas::SchemaField& field);

// A way into a payload, and the struct at its end; what is absent on it is made.
using Way = std::vector<schemas::SchemaField>;
[[nodiscard]] Part part_at(Part root, const Way& way);

}  // namespace chapar::testing
