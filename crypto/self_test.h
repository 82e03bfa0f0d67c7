// Starts the library: locks the memory for secrets, initialises libsodium and tests every primitive
// before anything else runs.
//
// Each main calls `start()` once and stops on an error. Fails closed on a system that locks no
// memory, and on a library that was miscompiled, replaced, or does not have the fix of
// CVE-2025-69277. From then on a system without randomness ends the process by SIGABRT, with one
// line on standard error that says so.
#pragma once

#include <functional>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// SelfTest, with the name of the primitive as context; MemoryUnlocked.
[[nodiscard]] Status start();

// The five points of start(): SelfTest unless `accepts` takes the one good key and none of the four
// others. A seam, so that a test may play the unpatched library.
[[nodiscard]] Status check_points(const std::function<bool(const SigningPublicKey&)>& accepts);

}  // namespace chapar::crypto
