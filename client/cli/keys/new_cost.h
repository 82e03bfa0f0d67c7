// What a guess at the passphrase of a new keystore shall cost on this machine.
//
// Owns: the measurement, in processor time of this process. A file of its own, so that the programs
// of tests can be linked with another one. Does not know the rule (crypto/keystore.h). Blocks.
// Errors: those of calibrate_cost(). Source: crypto/keystore.md, "Keystore".
#pragma once

#include "crypto/keystore.h"
#include "schemas/base/result.h"

namespace chapar::client {

// About a second to open; blocks for about a fifth of one.
[[nodiscard]] Result<crypto::KeystoreCost> measured_cost();

}  // namespace chapar::client
