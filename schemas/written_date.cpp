#include "schemas/written_date.h"

#include <array>
#include <cstdio>

#include "schemas/local_dates.h"

namespace chapar::schemas {
namespace {

constexpr std::int64_t kFirstGregorianYear = 1583;  // the first whole one
constexpr std::int64_t kLastYear = 9999;

struct Part {
    std::int64_t value = 0;
    std::size_t digits = 0;
};
struct Parts {
    std::array<Part, 3> part;
    std::size_t count = 0;
    char mark = 0;
};

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// One to three numbers between marks that are all the same.
std::optional<Parts> split(std::string_view text) {
    Parts out;
    out.count = 1;
    for (const char c : text) {
        Part& part = out.part.at(out.count - 1);
        if (c >= '0' && c <= '9') {
            if (++part.digits > 4) return std::nullopt;
            part.value = part.value * 10 + (c - '0');
            continue;
        }
        const bool is_mark = (c == '-' || c == '/' || c == '.') && (out.mark == 0 || out.mark == c);
        if (!is_mark || part.digits == 0 || out.count == out.part.size()) return std::nullopt;
        out.mark = c;
        ++out.count;
    }
    if (out.part.at(out.count - 1).digits == 0) return std::nullopt;
    return out;
}

std::optional<Calendar> calendar_of(std::int64_t year, YearsOf years) {
    const bool solar = year >= kFirstTabledYear && year <= kLastTabledYear;
    const bool gregorian = year >= kFirstGregorianYear && year <= kLastYear;
    if (solar && years != YearsOf::Gregorian) return Calendar::SolarHijri;
    if (gregorian && years != YearsOf::SolarHijri) return Calendar::Gregorian;
    return std::nullopt;
}

std::int64_t days_in_month(Calendar calendar, std::int64_t year, std::int64_t month) {
    return calendar == Calendar::SolarHijri ? days_in_solar_month(year, month)
                                            : days_in_gregorian_month(year, month);
}

WrittenDate no_date(DateFault fault) {
    WrittenDate out;
    out.fault = fault;
    return out;
}

// Month and day are 0 where they were not written.
WrittenDate dated(std::int64_t year, std::int64_t month, std::int64_t day, YearsOf years) {
    WrittenDate out;
    const auto calendar = calendar_of(year, years);
    if (!calendar) {
        out.fault = DateFault::Year;
    } else if (month > 12 || (day > 0 && day > days_in_month(*calendar, year, month))) {
        out.fault = DateFault::Day;
    } else {
        out.date = {static_cast<std::uint16_t>(year), static_cast<std::uint8_t>(month),
                    static_cast<std::uint8_t>(day), *calendar};
    }
    return out;
}

// A month and a year may stand in either order: 1404/9, 09.1404.
WrittenDate read_two(const Parts& parts, YearsOf years) {
    const Part& a = parts.part[0];
    const Part& b = parts.part[1];
    const bool year_first = a.digits == 4 && b.digits <= 2;
    if (!year_first && !(b.digits == 4 && a.digits <= 2)) return no_date(DateFault::Form);
    const std::int64_t month = year_first ? b.value : a.value;
    if (month == 0) return no_date(DateFault::Day);
    return dated(year_first ? a.value : b.value, month, 0, years);
}

WrittenDate read_year_last(const Parts& parts, DateForm form) {
    const std::int64_t a = parts.part[0].value, b = parts.part[1].value, year = parts.part[2].value;
    const WrittenDate day_first = dated(year, b, a, form.years);
    if (parts.mark == '.' || form.order == DateOrder::DayFirst) return day_first;
    const WrittenDate month_first = dated(year, a, b, form.years);
    if (form.order == DateOrder::MonthFirst || day_first.fault) return month_first;
    if (month_first.fault || day_first.date == month_first.date) return day_first;
    WrittenDate both = day_first;
    both.month_first = month_first.date;
    return both;
}

}  // namespace

WrittenDate read_date(std::string_view written, DateForm form) {
    const std::string ascii = ascii_digits(trimmed(written));
    const auto parts = split(ascii);
    if (!parts) return no_date(DateFault::Form);
    const auto& part = parts->part;
    if (parts->count == 1) {
        if (part[0].digits != 4) return no_date(DateFault::Form);
        return dated(part[0].value, 0, 0, form.years);
    }
    if (parts->count == 2) return read_two(*parts, form.years);
    if (part[1].digits > 2) return no_date(DateFault::Form);
    const bool year_first = part[0].digits == 4 && part[2].digits <= 2;
    const bool year_last = part[2].digits == 4 && part[0].digits <= 2;
    if (!year_first && !year_last) {
        const bool short_year = part[0].digits <= 2 && part[2].digits <= 2;
        return no_date(short_year ? DateFault::TwoYears : DateFault::Form);
    }
    const std::int64_t day = year_first ? part[2].value : part[0].value;
    if (part[1].value == 0 || day == 0) return no_date(DateFault::Day);
    if (year_last) return read_year_last(*parts, form);
    return dated(part[0].value, part[1].value, day, form.years);
}

DateOrder order_shown(std::string_view written) {
    const auto parts = split(ascii_digits(trimmed(written)));
    if (!parts || parts->count != 3 || parts->mark == '.') return DateOrder::Unknown;
    const auto& part = parts->part;
    if (part[2].digits != 4 || part[0].digits > 2 || part[1].digits > 2) return DateOrder::Unknown;
    const auto month = [](const Part& each) { return each.value >= 1 && each.value <= 12; };
    if (month(part[0]) == month(part[1])) return DateOrder::Unknown;
    return month(part[1]) ? DateOrder::DayFirst : DateOrder::MonthFirst;
}

std::optional<DaySpan> days_meant(const PartialDate& date) {
    const bool solar = date.calendar == Calendar::SolarHijri;
    const auto allowed = solar ? YearsOf::SolarHijri : YearsOf::Gregorian;
    if (!calendar_of(date.year, allowed)) return std::nullopt;
    if (date.month == 0 && date.day != 0) return std::nullopt;
    CivilDate first{date.year, date.month == 0 ? 1 : date.month, date.day == 0 ? 1 : date.day};
    CivilDate last{date.year, date.month == 0 ? 12 : date.month, date.day};
    if (last.day == 0) last.day = days_in_month(date.calendar, date.year, last.month);
    if (first.day > days_in_month(date.calendar, date.year, first.month)) return std::nullopt;
    if (last.day == 0) return std::nullopt;  // a thirteenth month
    if (!solar) return DaySpan{first, last};
    const auto from = gregorian_of_solar(first);
    const auto until = gregorian_of_solar(last);
    if (!from || !until) return std::nullopt;
    return DaySpan{*from, *until};
}

std::optional<PartialDate> in_calendar(const PartialDate& date, Calendar calendar) {
    const auto meant = days_meant(date);
    if (!meant || date.day == 0) return std::nullopt;
    if (date.calendar == calendar) return date;
    std::optional<CivilDate> day = meant->first;
    if (calendar == Calendar::SolarHijri) day = solar_of_gregorian(meant->first);
    const auto allowed =
        calendar == Calendar::SolarHijri ? YearsOf::SolarHijri : YearsOf::Gregorian;
    if (!day || !calendar_of(day->year, allowed)) return std::nullopt;
    return PartialDate{static_cast<std::uint16_t>(day->year), static_cast<std::uint8_t>(day->month),
                       static_cast<std::uint8_t>(day->day), calendar};
}

std::string date_text(CivilDate date) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04lld-%02lld-%02lld",
                  static_cast<long long>(date.year), static_cast<long long>(date.month),
                  static_cast<long long>(date.day));
    return text.data();
}

}  // namespace chapar::schemas
