// The fields of a struct with their annotations, read once.
//
// Owns: the rows of every struct that a kind is made of, made at the first use; they live as long
// as the program, as schemas do. Any thread. Private to schemas/kinds.
#pragma once

#include <capnp/schema.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/kinds/annotations.h"

namespace chapar::schemas {

struct SchemaField {
    capnp::StructSchema::Field field;
    capnp::Type type;
    FieldNotes notes;
    bool is_flag = false;                   // only says whether a number is given
    capnp::StructSchema::Field given_flag;  // where notes.given_by is given
};

// In the order of the schema. REQUIRES: the schema is a part of a kind.
[[nodiscard]] const std::vector<SchemaField>& fields_of(capnp::StructSchema schema);
// What holds for one element of a list field: its form and code, and that it must be given.
[[nodiscard]] SchemaField element_of(const SchemaField& list);
// The largest number that the type holds; 0 for what is no number.
[[nodiscard]] std::uint64_t widest_of(capnp::Type type);
// "goods" and "substance" -> "goods.substance"; the second alone where the first is empty.
[[nodiscard]] std::string joined(const std::string& prefix, const std::string& name);
// A value in an error: cut at 40 characters, safe to show.
[[nodiscard]] std::string found_text(std::string_view text);

}  // namespace chapar::schemas
