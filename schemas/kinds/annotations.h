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

namespace chapar::schemas {

// Numbered as `enum Form` of rules.capnp.
enum class ValueForm : std::uint16_t {
    Line,
    Lines,
    Time,
    Thousandths,
    PerMille,
    Latitude,
    Longitude,
    MessageId,
    Hex,
    Office,
    Subdivision,
    Locode,
    Cas,
    InchiKey,
    Hs6,
    Container,
    Imo,
    Vin,
    Mmsi
};

struct FieldNotes {
    bool must = false;
    bool flat = false;
    std::string_view code;
    std::string_view suggested;
    std::optional<ValueForm> form;
    std::optional<std::uint64_t> least;
    std::optional<std::uint64_t> most;
    std::string_view given_by;
    std::string_view otherwise;
    std::string_view equals;
    std::string json_name;  // with dots where it stands in an object of its own: "text.language"
};

[[nodiscard]] FieldNotes notes_of(capnp::StructSchema::Field field);

// The number of the kind, for the struct of one.
[[nodiscard]] std::optional<std::uint16_t> kind_number(capnp::StructSchema schema);
// Whether the struct speaks of an identifiable person.
[[nodiscard]] bool is_personal(capnp::StructSchema schema);

// Whether JSON may write the whole struct as one text. Numbered as `enum Short` of rules.capnp.
enum class ShortForm : std::uint16_t { Place, Date, None };
[[nodiscard]] ShortForm short_form(capnp::StructSchema schema);

// "hs6" -> "hs6", "itineraryVersion" -> "itinerary_version".
[[nodiscard]] std::string snake_case(std::string_view name);

}  // namespace chapar::schemas
