#include "client/cases/time_text.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace chapar::client {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date, and back (Hinnant, "chrono-compatible
// low-level date algorithms"); years begin in March so that the leap day is the last.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = year / 400;
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct Date {
    std::int64_t year, month, day;
};
Date date_of(std::int64_t days) {
    days += 719468;
    const std::int64_t era = days / 146097;
    const std::int64_t of_era = days - era * 146097;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * of_year + 2) / 153;
    const std::int64_t month = shifted + (shifted < 10 ? 3 : -9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
            of_year - (153 * shifted + 2) / 5 + 1};
}

// Reads exactly `count` digits; -1 for anything else.
std::int64_t digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return -1;
    std::int64_t value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool skip(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<TimeMs> parse_time(std::string_view text) {
    const std::int64_t year = digits(text, 4);
    if (year < 1970 || !skip(text, '-')) return std::nullopt;
    const std::int64_t month = digits(text, 2);
    if (month < 1 || month > 12 || !skip(text, '-')) return std::nullopt;
    const std::int64_t day = digits(text, 2);
    if (day < 1 || !skip(text, 'T')) return std::nullopt;
    const std::int64_t hour = digits(text, 2);
    if (hour < 0 || hour > 23 || !skip(text, ':')) return std::nullopt;
    const std::int64_t minute = digits(text, 2);
    if (minute < 0 || minute > 59) return std::nullopt;
    std::int64_t second = 0;
    std::int64_t fraction = 0;
    if (skip(text, ':')) {
        second = digits(text, 2);
        if (second < 0 || second > 59) return std::nullopt;
        if (skip(text, '.')) fraction = digits(text, 3);
        if (fraction < 0) return std::nullopt;
    }
    if (text != "Z") return std::nullopt;
    const std::int64_t days = days_of(year, month, day);
    // A day that the month does not have comes back as another date.
    const Date back = date_of(days);
    if (back.month != month || back.day != day) return std::nullopt;
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return TimeMs(static_cast<std::uint64_t>(seconds * 1000 + fraction));
}

std::string time_text(TimeMs time) {
    const auto ms = static_cast<std::int64_t>(time.value % kDay.value);
    const Date date = date_of(static_cast<std::int64_t>(time.value / kDay.value));
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld",
                  static_cast<long long>(date.year), static_cast<long long>(date.month),
                  static_cast<long long>(date.day), static_cast<long long>(ms / 3600000),
                  static_cast<long long>(ms / 60000 % 60), static_cast<long long>(ms / 1000 % 60));
    std::string text(out.data());
    if (ms % 1000 != 0) {
        std::snprintf(out.data(), out.size(), ".%03lld", static_cast<long long>(ms % 1000));
        text += out.data();
    }
    return text + "Z";
}

}  // namespace chapar::client
