// Times as a person writes them at a desk: local, with the offset from UTC that they are meant in.
//
// Owns: reading "2026-11-20 05:40 +05:00", "20.11.2026 05:40Z", "1405-08-29 05:40 +4:30", "05:40
// +05:00" (of today there), "now", in three sets of digits and two calendars; the instant that is
// meant. Nothing is guessed: a time without its offset is told as such, for an alert is read in
// other zones. A date without a time of the day is noon there, and told. Does not know fields or
// time zones by name. Pure. Source: schemas/written_date.h for dates; domain.md 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schemas/base/time.h"

namespace chapar::client {

enum class TimeFault : std::uint8_t {
    Form,       // none of the forms above
    Offset,     // it does not say which; or more than 14 hours
    Date,       // not a whole day of a calendar
    DateOrder,  // 03/04/2026: the third of April or the fourth of March
    Hour,       // not from 00:00 to 23:59
    Range,      // before 1970 or after 9999
};

struct WrittenTime {
    std::optional<TimeFault> fault;
    TimeMs time{};          // UTC; meaningless with a fault
    bool day_only = false;  // no hour was written: noon there
    bool operator==(const WrittenTime&) const = default;
};

[[nodiscard]] WrittenTime read_written_time(std::string_view written, TimeMs now);

}  // namespace chapar::client
