#include "schemas/written_date.h"

#include <doctest/doctest.h>

#include "schemas/local_dates.h"
#include "tests/unit/schemas/solar_table.h"

using namespace chapar;
using namespace chapar::schemas;
using namespace chapar::testing;

namespace {

constexpr Calendar kSolar = Calendar::SolarHijri;
constexpr Calendar kGregorian = Calendar::Gregorian;

WrittenDate solar(std::uint16_t year, std::uint8_t month = 0, std::uint8_t day = 0) {
    return {std::nullopt, {year, month, day, kSolar}, std::nullopt};
}
WrittenDate gregorian(std::uint16_t year, std::uint8_t month = 0, std::uint8_t day = 0) {
    return {std::nullopt, {year, month, day, kGregorian}, std::nullopt};
}

WrittenDate none(DateFault fault) { return {fault, {}, std::nullopt}; }

}  // namespace

// Fails if a leap year is a year early or late: the 2820-year rule of Birashk, for one, makes 1404
// a leap year and 1403 none.
TEST_CASE("leap years and first days are those of the published table, from 1206 to 1498") {
    for (std::int64_t year = kTableFirst; year <= kTableLast; ++year) {
        CAPTURE(year);
        CHECK(days_in_solar_month(year, 12) == (tabled(kTabledLeapYears, year) ? 30 : 29));
        const std::int64_t day =
            tabled(kBegunOn20March, year) ? 20 : (tabled(kBegunOn22March, year) ? 22 : 21);
        CHECK(gregorian_of_solar({year, 1, 1}) == CivilDate{year + 621, 3, day});
        CHECK(solar_of_gregorian({year + 621, 3, day}) == CivilDate{year, 1, 1});
    }
}

TEST_CASE("a date is read with any of three marks and three sets of digits, year first") {
    for (const char* text : {"1404-09-01", "1404/9/1", "1404.09.1", " ۱۴۰۴/۰۹/۰۱ ", "١٤٠٤/٩/١"}) {
        CAPTURE(text);
        CHECK(read_date(text) == solar(1404, 9, 1));
    }
    CHECK(read_date("2026-11-22") == gregorian(2026, 11, 22));
    CHECK(read_date("٢٠٢٦-١١-٢٢") == gregorian(2026, 11, 22));
}

TEST_CASE("where the year stands last, points put the day first and other marks must prove it") {
    CHECK(read_date("03.04.2026") == gregorian(2026, 4, 3));
    CHECK(read_date("22/11/2026") == gregorian(2026, 11, 22));
    CHECK(read_date("11/22/2026") == gregorian(2026, 11, 22));
    CHECK(read_date("04/04/2026") == gregorian(2026, 4, 4));
    CHECK(read_date("31/6/1404") == solar(1404, 6, 31));
    CHECK(read_date("03/04/2026", {DateOrder::DayFirst, YearsOf::Either}) == gregorian(2026, 4, 3));
    CHECK(read_date("03/04/2026", {DateOrder::MonthFirst, YearsOf::Either}) ==
          gregorian(2026, 3, 4));
}

// Fails if one of the two readings is taken without a word.
TEST_CASE("a date that can be read in two ways is told with both") {
    const WrittenDate both = read_date("03/04/2026");
    CHECK_FALSE(both.fault.has_value());
    CHECK(both.date == PartialDate{2026, 4, 3, kGregorian});
    CHECK(both.month_first == PartialDate{2026, 3, 4, kGregorian});
    CHECK(order_shown("03/04/2026") == DateOrder::Unknown);
    CHECK(order_shown("22/11/2026") == DateOrder::DayFirst);
    CHECK(order_shown("11-22-2026") == DateOrder::MonthFirst);
    CHECK(order_shown("22.11.2026") == DateOrder::Unknown);  // points prove nothing about slashes
    CHECK(order_shown("2026/11/22") == DateOrder::Unknown);
    CHECK(order_shown("40/40/2026") == DateOrder::Unknown);
}

TEST_CASE("a year, and a year with a month, stay partial dates") {
    CHECK(read_date("1367") == solar(1367));
    CHECK(read_date("۱۳۶۷-۰۱") == solar(1367, 1));
    CHECK(read_date("1988/3") == gregorian(1988, 3));
    CHECK(read_date("03.1988") == gregorian(1988, 3));
}

TEST_CASE("the calendar is the year's, unless the file names one that it is not of") {
    CHECK(read_date("1206-01-01") == solar(1206, 1, 1));
    CHECK(read_date("1498-12-30") == solar(1498, 12, 30));
    CHECK(read_date("1583-01-01") == gregorian(1583, 1, 1));
    for (const char* text : {"1205-01-01", "1499-01-01", "1582-01-01", "0000-01-01"}) {
        CAPTURE(text);
        CHECK(read_date(text) == none(DateFault::Year));
    }
    CHECK(read_date("1404-01-01", {DateOrder::Unknown, YearsOf::Gregorian}) ==
          none(DateFault::Year));
    CHECK(read_date("2025-01-01", {DateOrder::Unknown, YearsOf::SolarHijri}) ==
          none(DateFault::Year));
}

TEST_CASE("what no calendar has, and what is no date, is refused with its reason") {
    for (const char* text : {"1404-12-30", "1403/7/31", "1403-13-01", "2026-02-29", "2026-00-01",
                             "2026-01-00", "00.11.2026", "2026-13", "00/2026"}) {
        CAPTURE(text);
        CHECK(read_date(text) == none(DateFault::Day));
    }
    CHECK(read_date("03/04/05") == none(DateFault::TwoYears));
    for (const char* text :
         {"", " ", "-", "45000", "20261122", "2026-11/22", "2026-11-22-1", "2026--22", "2026-11-",
          "22 Nov 2026", "2026-11-22T05:40:00Z", "+2026-11-22", "2026-111-2", "1404-1404-1"}) {
        CAPTURE(text);
        CHECK(read_date(text) == none(DateFault::Form));
    }
}

TEST_CASE("the days that a partial date can mean lie in two Gregorian years") {
    CHECK(days_meant({1367, 0, 0, kSolar}) == DaySpan{{1988, 3, 21}, {1989, 3, 20}});
    CHECK(days_meant({1403, 0, 0, kSolar}) == DaySpan{{2024, 3, 20}, {2025, 3, 20}});
    CHECK(days_meant({1403, 12, 0, kSolar}) == DaySpan{{2025, 2, 19}, {2025, 3, 20}});
    CHECK(days_meant({1404, 9, 1, kSolar}) == DaySpan{{2025, 11, 22}, {2025, 11, 22}});
    CHECK(days_meant({2024, 2, 0, kGregorian}) == DaySpan{{2024, 2, 1}, {2024, 2, 29}});
    for (const PartialDate& date :
         {PartialDate{1404, 12, 30, kSolar}, PartialDate{1404, 13, 0, kSolar},
          PartialDate{1404, 0, 5, kSolar}, PartialDate{1499, 1, 1, kSolar},
          PartialDate{1205, 0, 0, kSolar}, PartialDate{2023, 2, 29, kGregorian}}) {
        CAPTURE(date.year);
        CHECK_FALSE(days_meant(date).has_value());
    }
}

TEST_CASE("a whole date goes into the other calendar and back, a partial one does not") {
    const PartialDate nowruz{2025, 3, 21, kGregorian};
    CHECK(in_calendar(nowruz, kSolar) == PartialDate{1404, 1, 1, kSolar});
    CHECK(in_calendar({1404, 1, 1, kSolar}, kGregorian) == nowruz);
    CHECK(in_calendar(nowruz, kGregorian) == nowruz);
    CHECK_FALSE(in_calendar({1367, 1, 0, kSolar}, kGregorian).has_value());
    CHECK_FALSE(in_calendar({2121, 1, 1, kGregorian}, kSolar).has_value());  // after the table
    CHECK_FALSE(in_calendar({1800, 1, 1, kGregorian}, kSolar).has_value());
}

TEST_CASE("a day is written as RFC 3339 writes it") {
    CHECK(date_text({2026, 3, 4}) == "2026-03-04");
    CHECK(date_text({988, 12, 31}) == "0988-12-31");
}
