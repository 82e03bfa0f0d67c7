// Asks a broker for the directory with its proofs, from the head of a receipt onward.
//
// Owns: one short session of its own, in which HELLO names the receipt's note instead of the newest
// one held, so that the broker's next head comes with the consistency path that a court needs. It
// believes nothing that does not verify, and keeps nothing: the device's own heads are not touched.
// Does not know files or receipts. One thread; the transport is used up by it. Blocks.
//
// Errors: Unreachable, what the broker names in an ERROR frame, MalformedFrame, those of
// EvidenceDirectory.
#pragma once

#include <string>

#include "client/core/device.h"
#include "client/core/evidence.h"
#include "client/edge/clock.h"
#include "client/edge/transport.h"
#include "schemas/base/result.h"

namespace chapar::client {

// All directory entries that the broker has now. `note`: of the receipt, under the card's log.
[[nodiscard]] Result<EvidenceDirectory> fetch_evidence_directory(Transport& transport,
                                                                 const Device& device,
                                                                 const Clock& clock,
                                                                 const std::string& note);

}  // namespace chapar::client
