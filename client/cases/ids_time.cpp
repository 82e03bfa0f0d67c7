#include "client/cases/ids_time.h"

#include <algorithm>
#include <charconv>

#include "schemas/local_dates.h"

namespace chapar::client {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 60 * 60;
constexpr CivilDate kFirstDay{1990, 1, 1};
// What a clock may be wrong by.
constexpr DurationMs kAhead = kMinute * 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// One or two digits, taken off.
std::optional<int> take_two(std::string_view& text) {
    const auto digits = static_cast<std::size_t>(
        std::ranges::find_if_not(text.substr(0, std::min<std::size_t>(text.size(), 2)), is_digit) -
        text.begin());
    if (digits == 0) return std::nullopt;
    int value = 0;
    std::from_chars(text.data(), text.data() + digits, value);
    text.remove_prefix(digits);
    return value;
}

bool take_char(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// ":40" and ":10", or nothing. False for what is no such thing.
bool take_part(std::string_view& text, int most, int& value) {
    if (!take_char(text, ':')) return true;
    const std::size_t before = text.size();
    const auto part = take_two(text);
    if (!part || before - text.size() != 2 || *part > most) return false;
    value = *part;
    return true;
}

// An instant as UTC seconds; the day by its own calendar's Gregorian equal.
std::int64_t seconds_at(const CivilDate& day, std::uint32_t second, int offset) {
    return days_of(day) * kDaySeconds + second - std::int64_t{offset} * 60;
}

bool within_bounds(const CivilDate& day, std::int64_t seconds, const When& when, TimeMs now,
                   int offset) {
    if (days_of(day) < days_of(kFirstDay)) return false;
    // Of a day alone its beginning counts: noon of today may be still to come.
    const std::int64_t begins = when.day_only ? seconds_at(day, 0, offset) : seconds;
    return begins * 1000 <= static_cast<std::int64_t>((now + kAhead).value);
}

}  // namespace

std::optional<int> read_offset(std::string_view written) {
    const std::string ascii = schemas::ascii_digits(trimmed(written));
    std::string_view text = ascii;
    if (text.starts_with("UTC") || text.starts_with("GMT")) {
        text = trimmed(text.substr(3));
        if (text.empty()) return 0;
    }
    if (text == "Z" || text == "z") return 0;
    const bool west = text.starts_with('-') || text.starts_with("\xE2\x88\x92");
    if (!west && !text.starts_with('+')) return std::nullopt;
    text.remove_prefix(text.starts_with("\xE2\x88\x92") ? 3 : 1);
    const auto hours = take_two(text);
    if (!hours) return std::nullopt;
    (void)take_char(text, ':');
    int minutes = 0;
    if (!text.empty()) {
        const bool two = text.size() == 2;
        const auto part = take_two(text);
        if (!two || !part || !text.empty() || *part > 59) return std::nullopt;
        minutes = *part;
    }
    const int offset = *hours * 60 + minutes;
    if (offset > kMostOffsetMinutes) return std::nullopt;
    return west ? -offset : offset;
}

std::string offset_text(int minutes) {
    const int size = minutes < 0 ? -minutes : minutes;
    const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return (minutes < 0 ? "-" : "+") + two(size / 60) + ":" + two(size % 60);
}

std::optional<WrittenClock> read_clock(std::string_view written) {
    const std::string ascii = schemas::ascii_digits(trimmed(written));
    std::string_view text = ascii;
    const auto hour = take_two(text);
    int minute = -1;
    int second = 0;
    if (!hour || *hour > 23 || !take_part(text, 59, minute) || minute < 0) return std::nullopt;
    if (!take_part(text, 59, second)) return std::nullopt;
    if (take_char(text, '.')) {  // parts of a second are not kept: no table has them for a reason
        if (text.empty() || !is_digit(text.front())) return std::nullopt;
        while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
    }
    WrittenClock clock;
    clock.second = static_cast<std::uint32_t>(*hour * 3600 + minute * 60 + second);
    if (!trimmed(text).empty()) {
        clock.offset = read_offset(text);
        if (!clock.offset) return std::nullopt;
    }
    return clock;
}

std::string_view date_part(std::string_view cell) {
    cell = trimmed(cell);
    const auto between = cell.find_first_of(" Tt");
    if (between == std::string_view::npos) return cell;
    if (cell.find(':', between) == std::string_view::npos) return cell;
    return cell.substr(0, between);
}

When read_when(const WhenCells& cells, const WhenOptions& options) {
    When when;
    const auto failed = [&when](WhenFault fault) {
        when.fault = fault;
        return when;
    };
    const std::string_view date = date_part(cells.date);
    const std::string_view beside = trimmed(trimmed(cells.date).substr(date.size()));
    when.date = schemas::read_date(date, options.form);
    if (when.date.fault) return failed(WhenFault::Date);
    if (when.date.month_first) return failed(WhenFault::DateOrder);
    if (when.date.date.day == 0) return failed(WhenFault::NotWhole);
    when.other_calendar = when.date.date.calendar == schemas::Calendar::SolarHijri;
    const auto days = schemas::days_meant(when.date.date);
    if (!days) return failed(WhenFault::Date);

    std::string_view written = trimmed(cells.clock);
    if (!beside.empty()) {
        if (!written.empty()) return failed(WhenFault::TwoClocks);
        written = beside.starts_with('T') || beside.starts_with('t') ? beside.substr(1) : beside;
    }
    std::optional<WrittenClock> clock;
    if (!written.empty()) {
        clock = read_clock(written);
        if (!clock) return failed(WhenFault::Clock);
    } else if (!options.day_only) {
        return failed(WhenFault::NoHour);
    }
    when.day_only = !clock.has_value();
    std::optional<int> offset = options.zone;
    if (!trimmed(cells.offset).empty()) {
        offset = read_offset(cells.offset);
        if (!offset) return failed(WhenFault::Offset);
    }
    if (clock && clock->offset) offset = clock->offset;
    if (!offset) return failed(WhenFault::NoZone);
    constexpr std::uint32_t kNoon = 12 * 60 * 60;
    const auto seconds = seconds_at(days->first, clock ? clock->second : kNoon, *offset);
    if (!within_bounds(days->first, seconds, when, options.now, *offset)) {
        return failed(WhenFault::OutOfBounds);
    }
    when.time = TimeMs(static_cast<std::uint64_t>(seconds) * 1000);
    return when;
}

}  // namespace chapar::client
