// What kinds/rules.capnp says about one field, as plain values.
//
// Owns: the structs; annotations.h fills them. Knows nothing of Cap'n Proto, so that programs that
// show or ask for fields may use it. Views borrow from the schema, which lives as long as the
// program. Source: rules.capnp.
#pragma once

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
    std::string_view follows;
    std::string_view otherwise;
    std::string_view equals;
    std::string json_name;  // with dots where it stands in an object of its own: "text.language"
};

// Whether JSON may write the whole struct as one text. Numbered as `enum Short` of rules.capnp.
enum class ShortForm : std::uint16_t { Place, Date, None };

}  // namespace chapar::schemas
