// Which errors say that the device's own store is broken, and nothing about what was read with it.
//
// Whoever goes on to the next of many items after an error stops at these: what could not be judged
// was not judged.
#pragma once

#include "schemas/base/result.h"

namespace chapar::client {

[[nodiscard]] inline bool is_store_error(Errc code) {
    return code == Errc::StoreDamaged || code == Errc::StoreFailed || code == Errc::StoreFull ||
           code == Errc::StoreInUse;
}

// For whoever passes over what cannot be read, one of many.
[[nodiscard]] inline Status unless_broken(const Error& error) {
    if (is_store_error(error.code)) return error;
    return Done{};
}

}  // namespace chapar::client
