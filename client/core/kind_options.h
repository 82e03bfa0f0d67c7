// A draft whose header begins as its kind proposes.
//
// Owns: purpose and least class of the kind, whoever wrote the payload: JSON, a form, or a program
// that built it by its type. What a payload says of its header (persons, links, validity), urgency
// and deadlines are filled when the draft is settled (compose.h). Pure.
#pragma once

#include "client/core/compose.h"

namespace chapar::client {

// REQUIRES: a kind of kinds.h.
[[nodiscard]] EnvelopeOptions options_of(schemas::Kind kind);
[[nodiscard]] Draft draft_of(schemas::Payload payload);

}  // namespace chapar::client
