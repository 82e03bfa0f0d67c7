// Dates as officers write them in tables, in two calendars, and the days that they mean.
//
// Owns: reading "1404/9/1", "٢٢.١١.٢٠٢٦", "1404-09", "2026"; which calendar a year belongs to; the
// first and last day that a date known only in part can mean. Never guesses: a date that has two
// readings is told as such, and a partial date stays one. Does not know columns, zones or now.
// Pure. Days are RFC 3339 full-dates. Source: local_dates.h for the calendar.
//
// The calendar of Iran and Afghanistan is astronomical: its year begins at the equinox of Tehran's
// meridian. The arithmetic of local_dates.h equals the table that the Calendar Center of the
// University of Tehran publishes for the years 1206 to 1498 (1827 to 2120); that is tested year by
// year. Other years are refused here. Before 1304 (1925, in Afghanistan 1922) months of other
// lengths were in use: no living person's date.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/civil_date.h"
#include "schemas/content.h"

namespace chapar::schemas {

constexpr std::int64_t kFirstTabledYear = 1206;
constexpr std::int64_t kLastTabledYear = 1498;

// How a file orders day and month where the year stands last.
enum class DateOrder : std::uint8_t { Unknown, DayFirst, MonthFirst };
// What a file says about its years; Either: 1206 to 1498 is Solar Hijri, 1583 and later Gregorian.
enum class YearsOf : std::uint8_t { Either, Gregorian, SolarHijri };

struct DateForm {
    DateOrder order = DateOrder::Unknown;
    YearsOf years = YearsOf::Either;
};

enum class DateFault : std::uint8_t {
    Form,      // not year-month-day nor day-month-year with one of - / .
    TwoYears,  // of two digits: 03/04/05
    Year,      // of no calendar that is allowed here
    Day,       // a month or day that the calendar does not have
};
struct WrittenDate {
    std::optional<DateFault> fault;
    PartialDate date;  // meaningless with a fault
    // 03/04/2026 is the third of April, or the fourth of March: then `date` has the day first and
    // this the month. The file must say which.
    std::optional<PartialDate> month_first;
    bool operator==(const WrittenDate&) const = default;
};

// Blanks around it are passed over; digits of three sets. With points the day is first, always.
[[nodiscard]] WrittenDate read_date(std::string_view written, DateForm form = {});
// Which order a cell proves: DayFirst for 22/11/2026. Unknown where it proves none.
[[nodiscard]] DateOrder order_shown(std::string_view written);

struct DaySpan {
    CivilDate first;
    CivilDate last;
    bool operator==(const DaySpan&) const = default;
};
// The Gregorian days that the date can mean; one day if all of it is known. Empty for a date that
// its calendar does not have, or of a year outside the table.
[[nodiscard]] std::optional<DaySpan> days_meant(const PartialDate& date);
// A whole date of one calendar in the other; empty for a partial one, which has no equal there.
[[nodiscard]] std::optional<PartialDate> in_calendar(const PartialDate& date, Calendar calendar);

// RFC 3339 full-date: "2026-11-22". Years 0 to 9999.
[[nodiscard]] std::string date_text(CivilDate date);

}  // namespace chapar::schemas
