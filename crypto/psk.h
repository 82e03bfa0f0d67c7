// Pre-shared keys of office pairs: their names and the monthly step.
//
// psk_m = Expand(Extract("", psk_m-1), "chapar/1 psk" || 00 || u64 pskId_m). Does not know how the
// courier's key arrives or where keys are kept. Source: crypto/envelope.md, "Pre-shared keys".
#pragma once

#include <cstdint>

#include "crypto/secret.h"
#include "schemas/base/number.h"

namespace chapar::crypto {

using PskId = StrongNumber<struct PskIdTag>;  // u32 pair || u32 yyyymm (decimal); 0 = mode base

// The key of the month that `next` names, from the key of the month before it.
[[nodiscard]] Secret32 next_psk(const Secret32& previous, PskId next);

}  // namespace chapar::crypto
