// A device's HELLO: the proof that it holds the key of its certificate, for one session.
//
// Owns: what is signed, and the frame. Pure. Does not know transports or which note is the newest.
// Source: crypto/records.md, "Proofs of a session and of a key".
#pragma once

#include <string>

#include "client/core/device.h"
#include "schemas/frames.h"

namespace chapar::client {

// `note`: a checkpoint of this ledger that the device has accepted, or "".
[[nodiscard]] schemas::Hello hello_of(const Device& device,
                                      const schemas::ChallengeBytes& challenge, std::string note);

}  // namespace chapar::client
