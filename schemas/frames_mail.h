// The frames that carry envelopes, statements and their outcomes, out of Cap'n Proto.
//
// Owns: the bounds of their fields. Does not know the layouts inside them. Private to schemas/
// (frames_codec.h is the door). Source: schemas/README.md, "Frames".
#pragma once

#include "schemas/frames.capnp.h"
#include "schemas/frames.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {

[[nodiscard]] Frame read_submit(WireReading& in, wire::Submit::Reader wire);
[[nodiscard]] Frame read_statements(WireReading& in, wire::Statements::Reader wire);
[[nodiscard]] Frame read_outcomes(WireReading& in, wire::Outcomes::Reader wire);
[[nodiscard]] Frame read_deliver(WireReading& in, wire::Deliver::Reader wire);

}  // namespace chapar::schemas
