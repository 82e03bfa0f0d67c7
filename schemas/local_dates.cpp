#include "schemas/local_dates.h"

#include <array>

namespace chapar::schemas {
namespace {

constexpr std::int64_t kFirstYear = 1;
constexpr std::int64_t kLastYear = 3177;
constexpr std::int64_t kYearZero = 621;  // the Gregorian year in which Solar Hijri year 0 began

// The years in which the cycle of leap years breaks.
constexpr std::array<std::int64_t, 20> kBreaks{-61,  9,    38,   199,  426,  686,  756,
                                               818,  1111, 1181, 1210, 1635, 2060, 2097,
                                               2192, 2262, 2324, 2394, 2456, 3178};

struct SolarYear {
    bool leap = false;
    std::int64_t march = 0;  // day of March on which the year begins
};

// REQUIRES: kFirstYear <= year <= kLastYear.
SolarYear solar_year(std::int64_t year) {
    const std::int64_t gregorian = year + kYearZero;
    std::int64_t leaps = -14;
    std::int64_t begin = kBreaks[0];
    std::int64_t jump = 0;
    for (std::size_t i = 1; i < kBreaks.size(); ++i) {
        jump = kBreaks.at(i) - begin;
        if (year < kBreaks.at(i)) break;
        leaps += jump / 33 * 8 + jump % 33 / 4;
        begin = kBreaks.at(i);
    }
    std::int64_t n = year - begin;
    leaps += n / 33 * 8 + (n % 33 + 3) / 4;
    if (jump % 33 == 4 && jump - n == 4) ++leaps;
    const std::int64_t gregorian_leaps = gregorian / 4 - (gregorian / 100 + 1) * 3 / 4 - 150;
    if (jump - n < 6) n = n - jump + (jump + 4) / 33 * 33;
    const std::int64_t rest = ((n + 1) % 33 - 1) % 4;
    return {rest == 0, 20 + leaps - gregorian_leaps};
}

std::int64_t first_day(std::int64_t year) {
    return days_of({year + kYearZero, 3, solar_year(year).march});
}

}  // namespace

std::int64_t days_in_gregorian_month(std::int64_t year, std::int64_t month) {
    if (month < 1 || month > 12) return 0;
    const CivilDate next = month == 12 ? CivilDate{year + 1, 1, 1} : CivilDate{year, month + 1, 1};
    return days_of(next) - days_of({year, month, 1});
}

std::int64_t days_in_solar_month(std::int64_t year, std::int64_t month) {
    if (year < kFirstYear || year > kLastYear || month < 1 || month > 12) return 0;
    if (month <= 6) return 31;
    if (month <= 11) return 30;
    return solar_year(year).leap ? 30 : 29;
}

std::optional<CivilDate> gregorian_of_solar(CivilDate solar) {
    if (solar.day < 1 || solar.day > days_in_solar_month(solar.year, solar.month)) {
        return std::nullopt;
    }
    // Six months of 31 days, then five of 30.
    const std::int64_t months = solar.month - 1;
    const std::int64_t before = months <= 6 ? months * 31 : 186 + (months - 6) * 30;
    return civil_date(first_day(solar.year) + before + solar.day - 1);
}

std::optional<CivilDate> solar_of_gregorian(CivilDate gregorian) {
    const bool exists = gregorian.day >= 1 &&
                        gregorian.day <= days_in_gregorian_month(gregorian.year, gregorian.month);
    std::int64_t year = gregorian.year - kYearZero;
    if (!exists || year < kFirstYear || year > kLastYear) return std::nullopt;
    const std::int64_t day = days_of(gregorian);
    if (day < first_day(year)) --year;
    if (year < kFirstYear) return std::nullopt;
    const std::int64_t of_year = day - first_day(year);
    if (of_year < 186) return CivilDate{year, of_year / 31 + 1, of_year % 31 + 1};
    return CivilDate{year, (of_year - 186) / 30 + 7, (of_year - 186) % 30 + 1};
}

std::string ascii_digits(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const auto trail = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool arabic = lead == 0xD9 && trail >= 0xA0 && trail <= 0xA9;    // U+0660..0669
        const bool extended = lead == 0xDB && trail >= 0xB0 && trail <= 0xB9;  // U+06F0..06F9
        if (arabic || extended) {
            out += static_cast<char>('0' + (trail & 0x0F));
        } else if (lead == 0xD9 && trail == 0xAB) {  // U+066B
            out += '.';
        } else {
            out += text[i];
            continue;
        }
        ++i;
    }
    return out;
}

}  // namespace chapar::schemas
