// When a seizure was, from the cells of a table: a date of either calendar, a time of day, an
// offset.
//
// Owns: putting them together to an instant, or to a day whose hour is not known (noon, where it
// was); cells that hold date and time together. Does not know columns. Zones are offsets: names of
// zones need a table that changes, and no core has one. Pure. Source: RFC 3339; ADR 0020.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/time.h"
#include "schemas/written_date.h"

namespace chapar::client {

constexpr int kMostOffsetMinutes = 14 * 60;

// "Z", "+05:00", "+0500", "+5", "UTC+3:30": minutes east of Greenwich.
[[nodiscard]] std::optional<int> read_offset(std::string_view written);
// "+04:30".
[[nodiscard]] std::string offset_text(int minutes);

struct WrittenClock {
    std::uint32_t second = 0;  // of the day
    std::optional<int> offset;
    bool operator==(const WrittenClock&) const = default;
};
// "5:40", "05:40:10", "05:40Z", "05:40:00+05:00"; digits of three sets.
[[nodiscard]] std::optional<WrittenClock> read_clock(std::string_view written);

enum class WhenFault : std::uint8_t {
    None,
    Date,         // no date: `date` says why
    DateOrder,    // two readings: `date` has both
    NotWhole,     // a month or a year only
    Clock,        // no time of day
    TwoClocks,    // one in the date's cell, another in its own
    Offset,       // no offset
    NoHour,       // and nobody said that a day is meant
    NoZone,       // a local time without an offset
    OutOfBounds,  // before 1990, or after now
};

struct WhenCells {
    std::string_view date;
    std::string_view clock;
    std::string_view offset;
};
struct WhenOptions {
    schemas::DateForm form;
    std::optional<int> zone;  // where a row has no offset
    bool day_only = false;    // a row without a time means the day
    TimeMs now;
};
struct When {
    WhenFault fault = WhenFault::None;
    schemas::WrittenDate date;
    TimeMs time;
    bool day_only = false;
    bool other_calendar = false;  // the year was of the Solar Hijri calendar
};
[[nodiscard]] When read_when(const WhenCells& cells, const WhenOptions& options);
// The date's part of a cell: "2026-03-07" of "2026-03-07 05:40".
[[nodiscard]] std::string_view date_part(std::string_view cell);

}  // namespace chapar::client
