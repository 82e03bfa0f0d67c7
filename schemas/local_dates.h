// Dates and digits as they are written between Tehran, Kabul and Dushanbe.
//
// Owns: the Solar Hijri calendar of Iran and Afghanistan (their months have other names and the
// same days) and the two sets of Arabic digits. Does not know languages or where a date stands.
// Pure. Source: Borkowski, "The Persian calendar for 3000 years" (years 1 to 3177); Unicode 15, Nd.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/civil_date.h"

namespace chapar::schemas {

// Empty for a date that the calendar does not have.
[[nodiscard]] std::optional<CivilDate> gregorian_of_solar(CivilDate solar);
[[nodiscard]] std::optional<CivilDate> solar_of_gregorian(CivilDate gregorian);

// 0 for a month that there is not.
[[nodiscard]] std::int64_t days_in_gregorian_month(std::int64_t year, std::int64_t month);
[[nodiscard]] std::int64_t days_in_solar_month(std::int64_t year, std::int64_t month);

// Arabic-Indic (U+0660..) and Extended Arabic-Indic digits (U+06F0..) as ASCII, the Arabic decimal
// separator (U+066B) as a point; all else stays.
[[nodiscard]] std::string ascii_digits(std::string_view text);

}  // namespace chapar::schemas
