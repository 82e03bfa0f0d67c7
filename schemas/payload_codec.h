// Payloads in the union of SealedContent: structs of their own for the kinds that programs act on,
// words for all others.
//
// Owns: that mapping. Does not know rules (kinds/kind_check.h) or the manifest. Private to
// schemas/. Throws what Cap'n Proto throws.
#pragma once

#include <capnp/dynamic.h>

#include "schemas/content.capnp.h"
#include "schemas/content.h"
#include "schemas/kinds/payload_schema.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {

void write_payload(wire::SealedContent::Payload::Builder out, const Payload& payload);
// An unknown member and what its struct cannot hold are noted in `in`.
[[nodiscard]] Payload read_payload(WireReading& in, wire::SealedContent::Payload::Reader wire);
// The member that is set; null for one of a newer version.
[[nodiscard]] const PayloadMember* member_in(const capnp::DynamicStruct::Reader& payload);

}  // namespace chapar::schemas
