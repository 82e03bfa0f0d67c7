// Where something was, as exactly as its handling code lets it leave this device.
//
// Owns: the steps. H0 as it was measured; H1 the centre of the cell of 0.1 degree that it lies in,
// H2 of 1 degree; H3 not at all. The centre and not a random shift: exports repeated do not average
// out. The accuracy is raised to half the cell's diagonal at the equator. Does not know who may
// read what. Pure.
#pragma once

#include <optional>

#include "schemas/content.h"

namespace chapar::client {

[[nodiscard]] std::optional<schemas::Coordinates> coarse(const schemas::Coordinates& measured,
                                                         schemas::Handling handling);
// The same for every place that an alert names.
[[nodiscard]] schemas::SeizureAlert coarse(schemas::SeizureAlert alert, schemas::Handling handling);

}  // namespace chapar::client
