// Which errors say that the device's own store is broken, and nothing about what was read with it.
//
// Whoever goes on to the next of many items after an error stops at these: what could not be judged
// was not judged.
#pragma once

#include "schemas/base/errors.h"

namespace chapar::client {

[[nodiscard]] inline bool is_store_error(Errc code) {
    return code == Errc::StoreDamaged || code == Errc::StoreFailed || code == Errc::StoreFull ||
           code == Errc::StoreInUse;
}

}  // namespace chapar::client
