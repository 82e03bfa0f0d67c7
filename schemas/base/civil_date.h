// Dates of the proleptic Gregorian calendar as numbers of days, and back.
//
// Owns: the arithmetic (Hinnant, "chrono-compatible low-level date algorithms"): years begin in
// March so that the leap day is the last. Pure.
#pragma once

#include <cstdint>

namespace chapar {

struct CivilDate {
    std::int64_t year = 0, month = 0, day = 0;
    bool operator==(const CivilDate&) const = default;
};

// Days since 1970-01-01.
[[nodiscard]] constexpr std::int64_t days_of(CivilDate date) {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year =
        (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

[[nodiscard]] constexpr CivilDate civil_date(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t of_era = days - era * 146097;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * of_year + 2) / 153;
    const std::int64_t month = shifted + (shifted < 10 ? 3 : -9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
            of_year - (153 * shifted + 2) / 5 + 1};
}

static_assert(days_of({1970, 1, 1}) == 0 && days_of({2000, 3, 1}) == 11017);
static_assert(civil_date(-1) == CivilDate{1969, 12, 31});

}  // namespace chapar
