#include "client/cli/terminal/text_columns.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "client/cli/terminal/graphemes.h"
#include "schemas/base/shown.h"

namespace chapar::testing {
namespace {

using namespace client;

constexpr const char* kFsi = "\xE2\x81\xA8";
constexpr const char* kPdi = "\xE2\x81\xA9";

void add_utf8(std::string& out, unsigned point) {
    const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
    if (point < 0x80) return byte(point);
    if (point < 0x800) {
        byte(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        byte(0xE0 | point >> 12);
        byte(0x80 | (point >> 6 & 0x3F));
    } else {
        byte(0xF0 | point >> 18);
        byte(0x80 | (point >> 12 & 0x3F));
        byte(0x80 | (point >> 6 & 0x3F));
    }
    byte(0x80 | (point & 0x3F));
}

std::vector<std::string> clusters(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) out.emplace_back(take_cluster(text).text);
    return out;
}

std::string line(std::vector<TextColumn> columns, const std::vector<std::string>& cells) {
    TextColumns table(std::move(columns));
    table.fit(cells);
    return table.row(cells).text();
}
// One column of at most `most` cells.
std::string cell(const std::string& text, std::size_t most = 0) {
    return line({{"", most, Side::Left}}, {text});
}

}  // namespace

TEST_CASE("characters are divided where Unicode's own test says, all 602 times") {
    std::ifstream file(CHAPAR_GRAPHEME_VECTORS);
    REQUIRE(file.good());
    std::size_t lines = 0;
    for (std::string read; std::getline(file, read);) {
        if (read.starts_with('#')) continue;
        ++lines;
        CAPTURE(read);
        std::istringstream words(read);
        std::vector<std::string> expected;
        std::string whole;
        for (std::string word; words >> word;) {
            if (word == "÷") {
                expected.emplace_back();
            } else if (word != "×") {
                const auto point = static_cast<unsigned>(std::stoul(word, nullptr, 16));
                add_utf8(expected.back(), point);
                add_utf8(whole, point);
            }
        }
        expected.pop_back();  // nothing follows the last boundary
        CHECK(clusters(whole) == expected);
    }
    CHECK(lines == 602);
}

TEST_CASE("a width is what a terminal shows, not bytes nor code points") {
    struct Row {
        const char* text;
        std::size_t width;
    };
    const Row rows[] = {
        {"", 0},
        {"heroin", 6},
        {"Нижний Пяндж", 12},
        {"تریاک", 5},
        {"می‌خواهم", 7},  // a joiner inside takes no room
        {"مُحَمَّد", 4},               // vowel signs neither
        {"e\xCC\x81", 1},          // e and an accent
        {"海洛因", 6},             // wide
        {"हिन्दी", 3},
        {"🇹🇯", 2},
        {"👮‍♀️", 2},
        {"☎\xEF\xB8\x8F", 2},
        {"\xCD\xB8", 1},  // U+0378, not assigned
        {"\xFF\xFE", 2},  // not UTF-8: two boxes
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(display_width(row.text) == row.width);
    }
}

// Fails if text is cut by bytes or code points: an accent or half a letter is left behind.
TEST_CASE("a text that has no room is cut between characters and says so") {
    CHECK(cell("heroin", 6) == "heroin");
    CHECK(cell("heroin", 5) == "hero…");
    CHECK(cell("heroin", 1) == "…");
    CHECK(cell("Пяндж", 4) == "Пян…");
    CHECK(cell("cafe\xCC\x81s", 5) == "cafe\xCC\x81s");
    CHECK(cell("cafe\xCC\x81s!", 5) == "cafe\xCC\x81…");
    CHECK(cell("海洛因", 5) == "海洛…");
    CHECK(cell("海洛因", 4) == "海…");  // half a wide letter is none
    CHECK(cell("🇹🇯🇺🇿🇰🇿", 5) == "🇹🇯🇺🇿…");
}

TEST_CASE("text that runs from right to left is isolated, whole or cut, and nothing else is") {
    CHECK(cell("تریاک") == std::string(kFsi) + "تریاک" + kPdi);
    CHECK(cell("תל") == std::string(kFsi) + "תל" + kPdi);
    CHECK(cell("١٢") == std::string(kFsi) + "١٢" + kPdi);
    CHECK(cell("تریاک", 3) == std::string(kFsi) + "تر…" + kPdi);
    CHECK(cell("Пяндж 12") == "Пяндж 12");
}

// Fails if an isolate of the text itself passes: one PDI too many and the cells after it move.
TEST_CASE("what steers a terminal or ends an isolate is seen and not obeyed") {
    CHECK(cell("a\x1B[31mb") == "a\\u{001B}[31mb");
    CHECK(cell("a\nb\tc") == "a\\u{000A}b\\u{0009}c");
    CHECK(cell("a\xE2\x80\xAE"
               "b") == "a\\u{202E}b");
    CHECK(cell(std::string("تر") + kPdi + "x") == std::string(kFsi) + "تر\\u{2069}x" + kPdi);
    CHECK(cell("a\xFF") == "a\\u{FFFD}");
}

TEST_CASE("marks stay within their own cell, joiners of Persian pass") {
    CHECK(cell("\xE2\x80\x8C"
               "می") == std::string(kFsi) + "\xE2\x80\x8Cمی" + kPdi);
    CHECK(cell("\xCC\x81x") == "◌\xCC\x81x");
    std::string pile = "a";
    for (int i = 0; i < 100; ++i) pile += "\xCC\x81";
    std::string kept = "a";
    for (int i = 0; i < 15; ++i) kept += "\xCC\x81";
    CHECK(cell(pile + "b") == kept + "…b");
}

TEST_CASE("columns stand below each other in every script, numbers to the right") {
    TextColumns table({{"row", 0, Side::Right}, {"place", 8, Side::Left}, {"what", 0, Side::Left}});
    const std::vector<std::vector<std::string>> rows{
        {"2", "Нижний Пяндж", "24.6 KGM"}, {"13", "اسپین", ""}, {"104", "", "x"}};
    for (const auto& each : rows) table.fit(each);
    CHECK(table.heading().text() == "row  place     what");
    CHECK(table.row(rows[0]).text() == "  2  Нижний …  24.6 KGM");
    CHECK(table.row(rows[1]).text() == " 13  " + std::string(kFsi) + "اسپین" + kPdi);
    CHECK(table.row(rows[2]).text() == "104            x");
}

}  // namespace chapar::testing
