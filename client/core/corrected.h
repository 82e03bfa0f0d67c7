// A message as it stands after a correction.
//
// Owns: putting a FieldChange where its path says, in the JSON form of the kind, and reading the
// whole again by the kind's rules. Does not know who may correct whom, nor which correction is the
// latest (corrections.h). Pure. Source: FieldChange in control.capnp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schemas/content.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {

// What one change did. Values as JSON shows them: a text as it is, anything else serialized; empty
// where nothing stood, or stands.
struct ChangedField {
    std::string field;
    std::string before;
    std::string after;
    bool operator==(const ChangedField&) const = default;
};
struct Corrected {
    schemas::Payload payload;
    std::vector<ChangedField> fields;  // one for each change
};

// All changes or none. An `after` that is empty takes the field away. The problem is the first that
// keeps the changes from leading to a message that its kind allows. `unlisted`: of codes that a
// change says; what the message had stays.
[[nodiscard]] std::variant<Corrected, schemas::KindProblem> corrected(
    const schemas::Payload& payload, std::span<const schemas::FieldChange> changes,
    schemas::UnlistedCodes unlisted = schemas::UnlistedCodes::AsCarried);

// What stands at a path, as ChangedField has it; empty where nothing does.
[[nodiscard]] std::string value_at_path(const schemas::Payload& payload, std::string_view path);

}  // namespace chapar::client
