#include "client/cases/written_time.h"

#include <doctest/doctest.h>

#include "schemas/base/time_text.h"

namespace chapar::testing {
namespace {

using namespace client;

const TimeMs kNow = *parse_time("2026-11-20T21:00:00Z");

std::string utc_of(std::string_view written) {
    const WrittenTime read = read_written_time(written, kNow);
    if (read.fault) return "fault " + std::to_string(static_cast<int>(*read.fault));
    return time_text(read.time) + (read.day_only ? " day" : "");
}
std::optional<TimeFault> fault_of(std::string_view written) {
    return read_written_time(written, kNow).fault;
}

}  // namespace

// Fails if the offset is added instead of taken away.
TEST_CASE("a local time with its offset is the instant that it means") {
    CHECK(utc_of("2026-11-20 05:40 +05:00") == "2026-11-20T00:40:00Z");
    CHECK(utc_of("2026-11-20T05:40:00+05:00") == "2026-11-20T00:40:00Z");
    CHECK(utc_of("2026-11-20T05:40Z") == "2026-11-20T05:40:00Z");
    CHECK(utc_of("20.11.2026 05:40 UTC") == "2026-11-20T05:40:00Z");
    CHECK(utc_of("20.11.2026 5:40 +4:30") == "2026-11-20T01:10:00Z");
    CHECK(utc_of("2026-11-20 05:40 -0330") == "2026-11-20T09:10:00Z");
    CHECK(utc_of("2026-01-01 01:00 +05") == "2025-12-31T20:00:00Z");
}

TEST_CASE("a time without a date is of today, where it was written") {
    // 21:00 UTC of the 20th is the 21st in Dushanbe.
    CHECK(utc_of("05:40 +05:00") == "2026-11-21T00:40:00Z");
    CHECK(utc_of("05:40Z") == "2026-11-20T05:40:00Z");
    CHECK(utc_of("now") == "2026-11-20T21:00:00Z");
    CHECK(utc_of(" Сейчас ") == "2026-11-20T21:00:00Z");
}

TEST_CASE("the Solar Hijri calendar and both sets of Arabic digits are read") {
    CHECK(utc_of("1405-08-29 05:40 +04:30") == "2026-11-20T01:10:00Z");
    CHECK(utc_of("۱۴۰۵/۰۸/۲۹ ۰۵:۴۰ +۰۴:۳۰") == "2026-11-20T01:10:00Z");
    CHECK(utc_of("٢٠.١١.٢٠٢٦ ٠٥:٤٠ +٠٣:٠٠") == "2026-11-20T02:40:00Z");
}

TEST_CASE("a day without an hour is noon there, and said to be a day") {
    CHECK(utc_of("2026-11-20 +05:00") == "2026-11-20T07:00:00Z day");
    CHECK(utc_of("29.08.1405 +04:30") == "2026-11-20T07:30:00Z day");
    CHECK(utc_of("2026-11-20Z") == "2026-11-20T12:00:00Z day");
}

// Fails if a time without offset is taken for UTC.
TEST_CASE("nothing is guessed: offset, order of day and month, hours and days that there are not") {
    CHECK(fault_of("2026-11-20 05:40") == TimeFault::Offset);
    CHECK(fault_of("2026-11-20") == TimeFault::Offset);
    CHECK(fault_of("05:40") == TimeFault::Offset);
    CHECK(fault_of("05:40 +15:00") == TimeFault::Offset);
    CHECK(fault_of("03/04/2026 05:40 +05:00") == TimeFault::DateOrder);
    CHECK(fault_of("2026-11-31 05:40 +05:00") == TimeFault::Date);
    CHECK(fault_of("2026-11 05:40 +05:00") == TimeFault::Date);
    CHECK(fault_of("24:00 +05:00") == TimeFault::Hour);
    CHECK(fault_of("05:60 +05:00") == TimeFault::Hour);
    CHECK(fault_of("05:40:61 +05:00") == TimeFault::Hour);
    CHECK(fault_of("1969-12-31 05:40Z") == TimeFault::Range);
    CHECK(fault_of("1970-01-01 05:00 +05:00") == TimeFault::Range);  // 0 is how nothing is said
    for (const char* text : {"", " ", "tomorrow", "+05:00", "Z", ":", "5", "\xD9", "05:40 +",
                             "2026-11-20T", "- - -"}) {
        CAPTURE(text);
        CHECK(fault_of(text));
    }
    CHECK(fault_of(std::string(100'000, '1')) == TimeFault::Form);
}

}  // namespace chapar::testing
