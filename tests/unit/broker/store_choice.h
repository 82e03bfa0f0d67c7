// Which store the scenarios of this run use: `--lmdb` on the command line of the test program.
#pragma once

#include "tests/unit/broker/world.h"

namespace chapar::testing {

[[nodiscard]] StoreKind chosen_store();

}  // namespace chapar::testing
