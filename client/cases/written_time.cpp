#include "client/cases/written_time.h"

#include <array>
#include <string>

#include "schemas/base/limits.h"
#include "schemas/kinds/labels.h"
#include "schemas/local_dates.h"
#include "schemas/written_date.h"

namespace chapar::client {
namespace {

constexpr std::int64_t kMinutesOfDay = 24 * 60;
constexpr std::int64_t kMostOffset = 14 * 60;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::size_t kLongest = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// One or two digits off the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (digits < 2 && digits < text.size() && is_digit(text[digits])) {
        value = value * 10 + (text[digits++] - '0');
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

// "5", "05", "5:30", "0530" after the sign.
std::optional<std::int64_t> offset_minutes(std::string_view text) {
    const auto hours = take_number(text);
    if (!hours) return std::nullopt;
    if (text.starts_with(':')) text.remove_prefix(1);
    const auto minutes = text.empty() ? std::optional<std::int64_t>(0) : take_number(text);
    if (!minutes || !text.empty() || *minutes > 59) return std::nullopt;
    return *hours * 60 + *minutes;
}

// Takes the offset off the end; empty and unchanged where there is none.
std::optional<std::int64_t> take_offset(std::string_view& text) {
    for (const std::string_view zero : {"z", "utc", "gmt"}) {
        if (!text.ends_with(zero)) continue;
        text = trimmed(text.substr(0, text.size() - zero.size()));
        return 0;
    }
    const std::size_t sign = text.find_last_of("+-");
    if (sign == std::string_view::npos || sign == 0) return std::nullopt;
    // "2026-11-20" ends like an offset: one stands after a blank, or right after a clock.
    const bool apart = text[sign - 1] == ' ';
    const bool after_clock = text.substr(0, sign).find(':') != std::string_view::npos;
    const auto minutes = offset_minutes(text.substr(sign + 1));
    if (!minutes || (!apart && !after_clock)) return std::nullopt;
    const bool west = text[sign] == '-';
    text = trimmed(text.substr(0, sign));
    return west ? -*minutes : *minutes;
}

// "05:40" or "05:40:30": minutes since midnight; seconds are passed over.
std::optional<std::int64_t> clock_minutes(std::string_view text) {
    const auto hour = take_number(text);
    if (!hour || !text.starts_with(':')) return std::nullopt;
    text.remove_prefix(1);
    const auto minute = take_number(text);
    if (!minute) return std::nullopt;
    if (text.starts_with(':')) {
        text.remove_prefix(1);
        const auto second = take_number(text);
        if (!second || *second > 59) return std::nullopt;
    }
    if (!text.empty() || *hour > 23 || *minute > 59) return std::nullopt;
    return *hour * 60 + *minute;
}

struct Parts {
    std::string_view date, clock;
};
Parts parts_of(std::string_view text) {
    if (text.find(':') == std::string_view::npos) return {text, ""};
    const std::size_t gap = text.find_last_of(" t");
    if (gap == std::string_view::npos) return {"", text};
    return {trimmed(text.substr(0, gap)), text.substr(gap + 1)};
}

// Days since 1970.
struct Day {
    std::optional<TimeFault> fault;
    std::int64_t days = 0;
};
Day read_day(std::string_view text) {
    const schemas::WrittenDate read = schemas::read_date(text);
    if (read.fault) {
        const bool order = read.fault == schemas::DateFault::TwoYears;
        return {order ? TimeFault::DateOrder : TimeFault::Date};
    }
    if (read.month_first) return {TimeFault::DateOrder};
    const auto span = schemas::days_meant(read.date);
    if (!span || !(span->first == span->last)) return {TimeFault::Date};
    return {std::nullopt, days_of(span->first)};
}

std::int64_t today(TimeMs now, std::int64_t offset) {
    const std::int64_t minutes = static_cast<std::int64_t>(now.value) / kMinuteMs + offset;
    return minutes / kMinutesOfDay;
}

}  // namespace

WrittenTime read_written_time(std::string_view written, TimeMs now) {
    if (written.size() > kLongest) return {TimeFault::Form};
    const std::string plain = schemas::folded(schemas::ascii_digits(written));
    std::string_view text = trimmed(plain);
    if (text == "now" || text == "сейчас") return {std::nullopt, now};
    if (text.empty()) return {TimeFault::Form};
    const auto offset = take_offset(text);
    const Parts parts = parts_of(text);
    if (parts.date.empty() && parts.clock.empty()) return {TimeFault::Form};
    const bool day_only = parts.clock.empty();
    const auto minutes =
        day_only ? std::optional<std::int64_t>(kMinutesOfDay / 2) : clock_minutes(parts.clock);
    if (!minutes) return {TimeFault::Hour};
    Day day;
    if (!parts.date.empty()) day = read_day(parts.date);
    if (day.fault) return {day.fault};
    if (!offset || *offset > kMostOffset || *offset < -kMostOffset) return {TimeFault::Offset};
    if (parts.date.empty()) day.days = today(now, *offset);
    const std::int64_t since = (day.days * kMinutesOfDay + *minutes - *offset) * kMinuteMs;
    if (since <= 0 || since > static_cast<std::int64_t>(limits::kLatestTime.value)) {
        return {TimeFault::Range};
    }
    return {std::nullopt, TimeMs(static_cast<std::uint64_t>(since)), day_only};
}

}  // namespace chapar::client
