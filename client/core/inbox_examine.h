// Reading a delivery: is it proven to be accepted, for this device, as this very envelope?
//
// Owns: everything that is asked before anybody's key is looked at. Proof first: nothing of an
// unproven delivery is looked into further. Does not know the directory (inbox_judge.h) nor the
// store. For the inbox's own files. Pure.
//
// Errors: ProofInvalid, LeafInvalid (context: which rule), MalformedLayout, MalformedHeader,
// WrongHome, RecordRefused (this device's own), StanzaAuditors.
#pragma once

#include "client/core/device.h"
#include "client/core/proof.h"
#include "crypto/checkpoint.h"
#include "crypto/receive.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"
#include "schemas/header.h"

namespace chapar::client::inbox_examine {

// What is known of a delivery before anything of it is opened.
struct Examined {
    ProvenEntry entry;
    crypto::ReceivedEnvelope received;
    schemas::Header header;
};

[[nodiscard]] Result<Examined> examine(const Device& device, const schemas::Delivery& delivery,
                                       const crypto::Checkpoint& head);

}  // namespace chapar::client::inbox_examine
