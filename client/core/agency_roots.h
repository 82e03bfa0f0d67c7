// The root keys of this device's own agency, as its registrar handed them over: the one thing about
// an agency that a device believes without the ledger.
//
// Owns: the file `agency.roots` (counted8 agency || u8 k || u8 n || n x root[32], roots ascending,
// nothing after it), strictly read. Does not know how the file came here (people compare check
// words), nor what the ledger says (peer_trust.h). Pure.
// Errors: MalformedLayout, KeyInvalid (a root that is no valid signing key).
#pragma once

#include <string>
#include <string_view>

#include "crypto/peers.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

// {agency, k, roots}: the same three things that a PEERS record says of another agency. `of()`
// takes them from an AGENCY record, `agrees_with()` compares.
using AgencyRoots = crypto::PeerRoots;

[[nodiscard]] Bytes encode_agency_roots(const AgencyRoots& roots);
// MalformedLayout unless 1 <= k <= n <= limits::kRootKeys and the roots ascend.
[[nodiscard]] Result<AgencyRoots> decode_agency_roots(ByteView bytes);

// "2 of 3": shown wherever trust in an agency is shown.
[[nodiscard]] std::string threshold_text(const AgencyRoots& roots);

}  // namespace chapar::client
