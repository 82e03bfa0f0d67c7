// Times as text: RFC 3339 in UTC, "2026-11-20T05:40:00Z".
//
// Owns: both directions. Offsets other than Z are not read: an officer's local time is the desk's
// business. Seconds may be left out, milliseconds may be given. Years 1970 to 9999.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/time.h"

namespace chapar {

[[nodiscard]] std::optional<TimeMs> parse_time(std::string_view text);
// Without milliseconds where they are zero.
[[nodiscard]] std::string time_text(TimeMs time);

}  // namespace chapar
