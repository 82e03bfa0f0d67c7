#include "schemas/base/time_text.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "schemas/base/civil_date.h"

namespace chapar {
namespace {

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
    const std::int64_t days = days_of({year, month, day});
    // A day that the month does not have comes back as another date.
    const CivilDate back = civil_date(days);
    if (back.month != month || back.day != day) return std::nullopt;
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return TimeMs(static_cast<std::uint64_t>(seconds * 1000 + fraction));
}

std::string time_text(TimeMs time) {
    const auto ms = static_cast<std::int64_t>(time.value % kDay.value);
    const CivilDate date = civil_date(static_cast<std::int64_t>(time.value / kDay.value));
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

}  // namespace chapar
