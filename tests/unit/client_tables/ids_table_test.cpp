#include "client/cases/ids_table.h"

#include <doctest/doctest.h>

#include "client/cases/ids_fields.h"
#include "client/cases/ids_time.h"
#include "schemas/base/time_text.h"

namespace chapar::testing {
namespace {

using namespace client;

const std::string kHeader = "Seizure Date,Country,Substance,Quantity,Unit\n";

IdsTable read(const std::string& text, const IdsOptions& options = {}) {
    return read_ids_table(text, options);
}
std::string fault(const std::string& text, const IdsOptions& options = {}) {
    const IdsTable table = read(text, options);
    return table.faults.empty() ? "" : table.faults.front();
}

std::string rows_of(std::uint64_t count) {
    std::string text = kHeader;
    for (std::uint64_t i = 0; i < count; ++i) text += "2026-03-07,TJ,heroin,1,kg\n";
    return text;
}

WhenOptions at(std::string_view now) {
    WhenOptions options;
    options.now = parse_time(now).value();
    options.zone = 300;
    return options;
}
std::string instant(const When& when) {
    if (when.fault != WhenFault::None)
        return "fault " + std::to_string(static_cast<int>(when.fault));
    return time_text(when.time) + (when.day_only ? " day" : "");
}

}  // namespace

// Fails if a column that nobody mapped is passed over unseen.
TEST_CASE("a column that is not known, or stands twice, is a fault of the file") {
    CHECK(fault("Date,Colour\n2026-03-07,red\n").find("\"Colour\" (column B)") !=
          std::string::npos);
    CHECK(fault("Date,Seizure Date\na,b\n").find("columns A and B") != std::string::npos);
    IdsOptions options;
    options.ignored = {"COLOUR"};
    const IdsTable table = read("Date,Colour\n2026-03-07,red\n", options);
    CHECK(table.faults.empty());
    REQUIRE(table.told.size() == 1);
    CHECK(table.told.front() == "passed over, as asked: \"Colour\" (column B)");
}

TEST_CASE("columns that follow from the rest are told once and not sent") {
    const IdsTable table = read("Date,Region,Subregion\n2026-03-07,Asia,Central Asia\n");
    REQUIRE(table.told.size() == 1);
    CHECK(table.told.front().starts_with("not sent, it follows from the rest: \"Region\""));
}

TEST_CASE("what one cell proves of marks and dates counts for the file") {
    const IdsTable table = read("Date;Quantity\n03/04/2026;12,450\n22/11/2026;24,6\n");
    CHECK(table.decimal == DecimalMark::Comma);
    CHECK(table.dates == schemas::DateOrder::DayFirst);
    REQUIRE(table.told.size() == 2);
    CHECK(table.told[0] == "decimal mark: comma, as row 3 shows");
    CHECK(read("Date;Quantity\n03/04/2026;12,450\n").decimal == DecimalMark::Unknown);
}

// Fails if the first cell decides for a file that contradicts itself.
TEST_CASE("cells that prove opposite things refuse the file until the person says which") {
    const std::string text = "Date;Quantity\n2026-03-07;24,6\n2026-03-07;24.6\n";
    CHECK(fault(text) ==
          "decimal mark: row 2 can only be read as comma, row 3 only the other way; say which with "
          "--decimal point|comma");
    IdsOptions options;
    options.decimal = DecimalMark::Point;
    CHECK(fault(text, options).empty());
    CHECK(fault("Date\n22/11/2026\n11/22/2026\n").find("row 2") != std::string::npos);
}

// Fails if the bound on rows, or on bytes, is taken away.
TEST_CASE("ten thousand rows are read, one more is not; the same with 16 MiB") {
    CHECK(read(rows_of(kIdsRows - 1)).rows.size() == kIdsRows - 1);
    CHECK(read(rows_of(kIdsRows)).rows.size() == kIdsRows);
    CHECK(fault(rows_of(kIdsRows)).empty());
    CHECK(fault(rows_of(kIdsRows + 1)).find("more rows than a table may have") !=
          std::string::npos);

    // Lines without any character are passed over, and fill a file.
    std::string padded = rows_of(1) + std::string(kIdsFileBytes, '\n');
    padded.resize(kIdsFileBytes + 1);
    CHECK(fault(padded) == "larger than 16 MiB: divide it");
    const auto row = [](std::size_t bytes) {
        const std::string begin = "2026-03-07,TJ,heroin,1,";
        return begin + std::string(bytes - begin.size() - 3, ' ') + "kg\n";
    };
    std::string wide = kHeader;
    while (kIdsFileBytes - wide.size() >= 50'000) wide += row(40'000);
    wide += row(kIdsFileBytes - wide.size());
    CHECK(wide.size() == kIdsFileBytes);
    CHECK(fault(wide) == "");
    CHECK(fault(wide + "\n") == "larger than 16 MiB: divide it");
}

TEST_CASE("a file without rows, and one that stops within quotes, are faults") {
    CHECK(fault("") == "it has no rows");
    CHECK(fault("Date\n\"2026").find("row 2") != std::string::npos);
}

TEST_CASE("words that say nothing are no words") {
    const IdsTable table = read("City,Mode\nN/A,--\nne,неизвестно\n");
    CHECK(table.cell(table.rows[0], IdsColumn::City).empty());
    CHECK(table.cell(table.rows[0], IdsColumn::Mode).empty());
    CHECK(table.cell(table.rows[1], IdsColumn::City) == "ne");
    CHECK(table.cell(table.rows[1], IdsColumn::Mode).empty());
}

// Fails if an apostrophe is taken off in any file: people write them.
TEST_CASE("the guard against formulas is taken off in our own exports only") {
    const IdsTable theirs = read("City,Mode\n'=x,road\n");
    CHECK(theirs.cell(theirs.rows[0], IdsColumn::City) == "'=x");
    const IdsTable ours = read("City,Message\n'=x,1\n");
    CHECK(ours.cell(ours.rows[0], IdsColumn::City) == "=x");
}

TEST_CASE("an amount is divided at its first letter, whatever its script") {
    CHECK(amount_parts("24,6 кг").number == "24,6 ");
    CHECK(amount_parts("24,6 кг").unit == "кг");
    CHECK(amount_parts("250mg").unit == "mg");
    CHECK(amount_parts("۱۲٫۵ گرم").number == "۱۲٫۵ ");
    CHECK(amount_parts("1E+05").unit.empty());
    CHECK(amount_parts("12.450").unit.empty());
}

TEST_CASE("the point moves exactly, whichever way") {
    CHECK(moved_point("250", -3) == "0.250");
    CHECK(moved_point("0.5", -3) == "0.0005");
    CHECK(moved_point("1.25", 3) == "1250");
    CHECK(moved_point("1.2505", 3) == "1250.5");
    CHECK(moved_point("12.450", 0) == "12.450");
    CHECK(moved_point("-2", -3) == "-0.002");
    CHECK(moved_point("0", 3) == "0");
}

TEST_CASE("offsets are read in the forms in which people write them") {
    CHECK(read_offset("+05:00") == 300);
    CHECK(read_offset("UTC+5") == 300);
    CHECK(read_offset("+0430") == 270);
    CHECK(read_offset("-3:30") == -210);
    CHECK(read_offset("Z") == 0);
    for (const char* wrong : {"", "5", "+15", "+05:60", "+05:0", "Tashkent", "+5:0:0"}) {
        CAPTURE(wrong);
        CHECK_FALSE(read_offset(wrong).has_value());
    }
    CHECK(offset_text(-210) == "-03:30");
}

TEST_CASE("a date, a time and an offset make an instant") {
    const WhenOptions options = at("2026-11-22T00:00:00Z");
    CHECK(instant(read_when({"2026-03-07", "05:40", ""}, options)) == "2026-03-07T00:40:00Z");
    CHECK(instant(read_when({"2026-03-07 05:40", "", "+04:30"}, options)) ==
          "2026-03-07T01:10:00Z");
    CHECK(instant(read_when({"2026-03-07T05:40:30Z", "", "+04:30"}, options)) ==
          "2026-03-07T05:40:30Z");
    // 16 Esfand 1404 is 7 March 2026.
    const When solar = read_when({"۱۴۰۴/۱۲/۱۶", "۵:۴۰", "+04:30"}, options);
    CHECK(instant(solar) == "2026-03-07T01:10:00Z");
    CHECK(solar.other_calendar);
}

// Fails if noon is invented without anyone's word, or a zone is.
TEST_CASE("a day without an hour is a day only if the person says so") {
    WhenOptions options = at("2026-11-22T06:00:00Z");
    CHECK(read_when({"2026-03-07", "", ""}, options).fault == WhenFault::NoHour);
    options.day_only = true;
    CHECK(instant(read_when({"2026-03-07", "", ""}, options)) == "2026-03-07T07:00:00Z day");
    // Noon of today lies ahead, the day does not.
    CHECK(instant(read_when({"2026-11-22", "", ""}, options)) == "2026-11-22T07:00:00Z day");
    CHECK(read_when({"2026-11-23", "", ""}, options).fault == WhenFault::OutOfBounds);
    options.zone.reset();
    CHECK(read_when({"2026-03-07", "", ""}, options).fault == WhenFault::NoZone);
}

TEST_CASE("a time that has not come, one before 1990 and one that is none are refused") {
    const WhenOptions options = at("2026-11-22T00:00:00Z");
    CHECK(instant(read_when({"2026-11-22", "05:05", ""}, options)) == "2026-11-22T00:05:00Z");
    CHECK(read_when({"2026-11-22", "05:06", ""}, options).fault == WhenFault::OutOfBounds);
    CHECK(read_when({"1990-01-01", "05:00", ""}, options).fault == WhenFault::None);
    CHECK(read_when({"1989-12-31", "05:00", ""}, options).fault == WhenFault::OutOfBounds);
    CHECK(read_when({"2026-03", "05:00", ""}, options).fault == WhenFault::NotWhole);
    CHECK(read_when({"2026-03-07", "25:00", ""}, options).fault == WhenFault::Clock);
    CHECK(read_when({"2026-03-07 05:40", "05:41", ""}, options).fault == WhenFault::TwoClocks);
    CHECK(read_when({"2026-03-07", "05:40", "Kabul"}, options).fault == WhenFault::Offset);
    CHECK(read_when({"03/04/2026", "05:40", ""}, options).fault == WhenFault::DateOrder);
    CHECK(read_when({"yesterday", "05:40", ""}, options).fault == WhenFault::Date);
}

}  // namespace chapar::testing
