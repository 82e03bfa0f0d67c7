// What was offered against what was taken, when goods change hands.
//
// Owns: when the two differ: the weight by more than 1 % of what was offered, or in another unit or
// another way of weighing (nothing is converted), or other seals. Private to client/cases: its
// arguments are Cap'n Proto's. Pure. Source: domain.md 3 (HandoverOffer, Accept).
#pragma once

#include <optional>
#include <string>

#include "schemas/kinds/typed_payload.h"

namespace chapar::client {

// Nothing where they agree; else both, in words: of long or many seals the beginning.
[[nodiscard]] std::optional<std::string> handover_difference(
    const schemas::wire::Custody::Reader& offered, const schemas::wire::Custody::Reader& taken);

// The cd-incident HANDOVER_DIFFERS that the taker should send next; nothing where what was taken
// does not make a valid one.
[[nodiscard]] std::optional<schemas::Payload> incident_of(
    const schemas::wire::Custody::Reader& taken, const std::string& difference);

}  // namespace chapar::client
