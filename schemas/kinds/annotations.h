// What kinds/rules.capnp says about one field, as a plain struct.
//
// Owns: reading the annotations of a schema. Private to schemas/kinds: nothing of Cap'n Proto
// leaves it. Views borrow from the schema, which lives as long as the program. Source: rules.capnp.
#pragma once

#include <capnp/schema.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/kinds/field_notes.h"

namespace chapar::schemas {

[[nodiscard]] FieldNotes notes_of(capnp::StructSchema::Field field);

// The number of the kind, for the struct of one.
[[nodiscard]] std::optional<std::uint16_t> kind_number(capnp::StructSchema schema);
// Whether the struct speaks of an identifiable person.
[[nodiscard]] bool is_personal(capnp::StructSchema schema);

[[nodiscard]] ShortForm short_form(capnp::StructSchema schema);

// "hs6" -> "hs6", "itineraryVersion" -> "itinerary_version".
[[nodiscard]] std::string snake_case(std::string_view name);

}  // namespace chapar::schemas
