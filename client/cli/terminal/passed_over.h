// One text that cannot be read among many that are looked through.
//
// Owns: which errors are about one text (its key is gone or damaged, its record fails its checksum)
// and which about the store, and what is said of the first. Does not know what was looked for.
#pragma once

#include <string>

#include "client/cli/terminal/output.h"
#include "schemas/base/result.h"

namespace chapar::client {

// Warns that the item at `place` ("inbox 3") was passed over; the error itself if the store cannot
// be read any further.
[[nodiscard]] Status pass_over(const Output& output, const std::string& place, const Error& error);

}  // namespace chapar::client
