// Starts the library: initialises libsodium and tests every primitive before anything else runs.
//
// Each main calls `start()` once and stops on an error. Fails closed on a library that was
// miscompiled, replaced, or does not have the fix of CVE-2025-69277.
#pragma once

#include "schemas/base/result.h"

namespace chapar::crypto {

// SelfTest, with the name of the primitive as context.
[[nodiscard]] Status start();

}  // namespace chapar::crypto
