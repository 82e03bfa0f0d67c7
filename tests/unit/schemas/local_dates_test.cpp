#include "schemas/local_dates.h"

#include <doctest/doctest.h>

using namespace chapar;
using namespace chapar::schemas;

TEST_CASE("days of the Solar Hijri calendar are those that history knows") {
    struct Row {
        CivilDate solar, gregorian;
    };
    const Row rows[] = {
        {{1357, 11, 22}, {1979, 2, 11}},  // the revolution in Iran
        {{1358, 1, 1}, {1979, 3, 21}},   {{1375, 12, 30}, {1997, 3, 20}},
        {{1399, 12, 30}, {2021, 3, 20}}, {{1400, 1, 1}, {2021, 3, 21}},
        {{1403, 12, 30}, {2025, 3, 20}}, {{1404, 1, 1}, {2025, 3, 21}},
        {{1405, 9, 1}, {2026, 11, 22}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.solar.year);
        CHECK(gregorian_of_solar(row.solar) == row.gregorian);
        CHECK(solar_of_gregorian(row.gregorian) == row.solar);
    }
}

// Fails if a month has a day too many or too few, or a year does not end where the next begins.
TEST_CASE("every day of 500 years is one day after the one before it, and is found again") {
    std::int64_t last = days_of(gregorian_of_solar({1200, 1, 1}).value()) - 1;
    for (std::int64_t year = 1200; year < 1700; ++year) {
        for (std::int64_t month = 1; month <= 12; ++month) {
            for (std::int64_t day = 1; day <= days_in_solar_month(year, month); ++day) {
                const CivilDate solar{year, month, day};
                const CivilDate gregorian = gregorian_of_solar(solar).value();
                REQUIRE(days_of(gregorian) == ++last);
                REQUIRE(solar_of_gregorian(gregorian) == solar);
            }
        }
    }
}

TEST_CASE("dates that a calendar does not have are no dates") {
    CHECK_FALSE(gregorian_of_solar({1404, 12, 30}).has_value());  // no leap year
    CHECK_FALSE(gregorian_of_solar({1403, 7, 31}).has_value());
    CHECK_FALSE(gregorian_of_solar({1403, 13, 1}).has_value());
    CHECK_FALSE(gregorian_of_solar({0, 1, 1}).has_value());
    CHECK_FALSE(gregorian_of_solar({3178, 1, 1}).has_value());
    CHECK_FALSE(solar_of_gregorian({2023, 2, 29}).has_value());
    CHECK_FALSE(solar_of_gregorian({600, 1, 1}).has_value());
    CHECK(days_in_gregorian_month(2024, 2) == 29);
    CHECK(days_in_gregorian_month(2100, 2) == 28);
}

TEST_CASE("both sets of Arabic digits are read, and nothing else changes") {
    CHECK(ascii_digits("١٢٫٤٥٠") == "12.450");
    CHECK(ascii_digits("۱۲٫۴۵۰") == "12.450");
    CHECK(ascii_digits("۱۳۶۷-۰۱") == "1367-01");
    CHECK(ascii_digits("12.450") == "12.450");
    CHECK(ascii_digits("кг ك \xD9") == "кг ك \xD9");
}
