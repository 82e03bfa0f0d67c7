// A message as it stands after its corrections.
//
// Owns: putting a FieldChange where its path says, in the JSON form of the kind, and reading the
// whole again by the kind's rules. Does not know who may correct whom, nor which correction is the
// latest (seizure_records.h). Pure. Source: FieldChange in control.capnp.
#pragma once

#include <span>

#include "schemas/base/result.h"
#include "schemas/content.h"

namespace chapar::client {

// All changes or none. An `after` that is empty takes the field away. FieldInvalid or FieldMissing
// with the path: the changes do not lead to a message that its kind allows.
[[nodiscard]] Result<schemas::Payload> corrected(const schemas::Payload& payload,
                                                 std::span<const schemas::FieldChange> changes);

}  // namespace chapar::client
