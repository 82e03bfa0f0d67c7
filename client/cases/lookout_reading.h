// A lookout, hit or cancel as lookouts.h judges it, from its header and text.
//
// Owns: what of a payload is looked for (numbers, names, documents) and how a target reads in one
// line. Does not know stores: who reads the message says whose it is and whether it is believed.
// Pure. Source: schemas/kinds/lookouts.capnp.
#pragma once

#include "client/cases/lookouts.h"
#include "schemas/content.h"
#include "schemas/header.h"

namespace chapar::client {

[[nodiscard]] inline bool is_lookout_kind(schemas::Kind kind) {
    return kind >= schemas::Kind::LookoutInform && kind <= schemas::Kind::LookoutCancel;
}

// Whose message it is.
struct LookoutAuthor {
    AgencyId agency;
    OfficeId office;
};
// REQUIRES: is_lookout_kind(header.kind). What is believed and where it lies are left to the
// caller.
[[nodiscard]] LookoutMessage read_lookout(const LookoutAuthor& author,
                                          const schemas::Header& header,
                                          const schemas::Payload& payload);

}  // namespace chapar::client
