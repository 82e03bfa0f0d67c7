// Payloads as JSON, both ways, for every kind by one mapping over its schema.
//
// Owns: the form. Names are those of the schema in snake_case, codes their texts, times RFC 3339 in
// UTC, amounts texts, ids UUIDs; what a field allows stands in kinds/*.capnp. Strict: a field that
// the kind does not have, one that is missing and a value that is not allowed end in a problem that
// names it. Does not know the envelope around a payload (its fields are passed over by name), nor
// text: boost.json parses. Pure. Source: kinds/rules.capnp; ADR 0019.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schemas/content.h"
#include "schemas/kinds/kind_problem.h"

namespace chapar::schemas {

// What is done with a text of a code list that this program's list does not have. A person's slip
// is refused; what came from others under a newer list is carried on where it has the list's form.
enum class UnlistedCodes : std::uint8_t { Refused, AsCarried };

struct JsonPayload {
    Payload payload;
    std::vector<KindWarning> warnings;
};

// `is_around`: whether a name of the object belongs to the envelope. Rules that need manifest or
// header are check_content()'s and check_manifest()'s. A number of an open list is read with or
// without a row ("#201").
[[nodiscard]] std::variant<JsonPayload, KindProblem> payload_of_json(
    Kind kind, const boost::json::object& fields,
    const std::function<bool(std::string_view)>& is_around,
    UnlistedCodes unlisted = UnlistedCodes::Refused);

// A value as an error shows it: its JSON, cut and safe to show.
[[nodiscard]] std::string found_json(const boost::json::value& value);

// In the order of the schema; reads back as the same payload, with codes as they are carried.
[[nodiscard]] boost::json::object json_of_payload(const Payload& payload);

// JSON Schema (draft 2020-12) of the payload's fields, those around it left open.
[[nodiscard]] boost::json::object json_schema(Kind kind);

// One row a field, one a rule between fields: for `kinds show`.
struct FieldLine {
    std::string path;     // "goods[].quantity.unit"
    bool must = false;    // of its own object, where that is given
    std::string allowed;  // in words
};
struct RuleLine {
    std::string name, path, sentence;
    bool warns = false;
};
[[nodiscard]] std::vector<FieldLine> field_lines(Kind kind);
[[nodiscard]] std::vector<RuleLine> rule_lines(Kind kind);

}  // namespace chapar::schemas
