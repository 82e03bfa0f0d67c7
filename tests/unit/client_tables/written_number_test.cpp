#include "client/cases/written_number.h"

#include <doctest/doctest.h>

namespace chapar::testing {
namespace {

using namespace client;

std::string text_of(const std::optional<PlainNumber>& number) {
    return number ? number->text() : "none";
}
std::string read(std::string_view written, DecimalMark mark = DecimalMark::Unknown) {
    const WrittenNumber number = read_number(written, mark);
    CHECK(number.fault.has_value() != number.value.has_value());
    if (number.with_comma) return text_of(number.value) + " or " + text_of(number.with_comma);
    return text_of(number.value);
}

}  // namespace

TEST_CASE("an amount whose form leaves no doubt is read, its decimals kept") {
    CHECK(read("24,6") == "24.6");
    CHECK(read("24.6") == "24.6");
    CHECK(read("0,450") == "0.450");
    CHECK(read("0.450") == "0.450");
    CHECK(read("1.234,5") == "1234.5");
    CHECK(read("1,234.50") == "1234.50");
    CHECK(read("1.234.567") == "1234567");
    CHECK(read("1 234 567") == "1234567");
    CHECK(read("1'234.5") == "1234.5");
    CHECK(read("12345,678") == "12345.678");
    CHECK(read(" 007 ") == "7");
    CHECK(read("-68,61") == "-68.61");
    CHECK(read("−68,61") == "-68.61");
    CHECK(read("0") == "0");
    CHECK(read("000") == "0");
}

TEST_CASE("no-break blanks set off groups and three sets of digits are read") {
    CHECK(read("1\xC2\xA0"
               "234,5\xC2\xA0") == "1234.5");
    CHECK(read("1\xE2\x80\xAF"
               "234") == "1234");
    CHECK(read("۱۲٫۴۵۰") == "12.450");
    CHECK(read("١٢٬٤٥٠٫٥") == "12450.5");
    CHECK(read("١٢,٥") == "12.5");
}

// Fails if a decimal mark is assumed: twelve kilograms would be sent as twelve tonnes.
TEST_CASE("one mark before three digits has two readings until the file says which") {
    CHECK(read("12.450") == "12.450 or 12450");
    CHECK(read("12,450") == "12450 or 12.450");
    CHECK(read("12.450", DecimalMark::Point) == "12.450");
    CHECK(read("12.450", DecimalMark::Comma) == "12450");
    CHECK(read("12,450", DecimalMark::Point) == "12450");
    CHECK(read("12,450", DecimalMark::Comma) == "12.450");
    CHECK(read("24.6", DecimalMark::Comma) == "none");  // not of this file
    CHECK(read("24,6", DecimalMark::Point) == "none");
}

TEST_CASE("a cell proves a mark only if the other mark could not have written it") {
    CHECK(mark_shown("24,6") == DecimalMark::Comma);
    CHECK(mark_shown("24.6") == DecimalMark::Point);
    CHECK(mark_shown("1.234.567") == DecimalMark::Comma);
    CHECK(mark_shown("1,234.5") == DecimalMark::Point);
    CHECK(mark_shown("0.450") == DecimalMark::Point);
    CHECK(mark_shown("1 234,567") == DecimalMark::Comma);
    for (const char* text : {"12.450", "12", "", "a.b", "1.2.3", "۱۲٫۴", "1.5E+05"}) {
        CAPTURE(text);
        CHECK(mark_shown(text) == DecimalMark::Unknown);
    }
}

TEST_CASE("what is no amount is refused with its reason") {
    CHECK(read_number(" ").fault == NumberFault::Empty);
    CHECK(read_number("1E+05").fault == NumberFault::Exponent);
    CHECK(read_number("1,5e3").fault == NumberFault::Exponent);
    CHECK(read_number("1234567890123456").fault == NumberFault::TooLong);
    CHECK(read_number("1.0000000001").fault == NumberFault::TooLong);
    for (const char* text :
         {"24,6 кг", "about 5", "+5", "--5", "5-", ",5", "5,", "1,23,456", "1.2.3", "1 23",
          "1,234 567", "24'", "0x10", "½", "_1", "1|5", "e5", "'", "-"}) {
        CAPTURE(text);
        CHECK(read_number(text).fault == NumberFault::Form);
    }
}

TEST_CASE("a plain number has one form") {
    for (const char* text : {"0", "-0.5", "12.450", "123456789012345.123456789"}) {
        CHECK(PlainNumber::of(text).has_value());
    }
    for (const char* text : {"", "-", "01", "1.", ".5", "+1", "1,5", "1e5", "=1",
                             "1234567890123456", "1.1234567890", "1 ", "--1"}) {
        CAPTURE(text);
        CHECK_FALSE(PlainNumber::of(text).has_value());
    }
}

}  // namespace chapar::testing
