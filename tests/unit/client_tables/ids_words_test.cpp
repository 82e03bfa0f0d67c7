#include "client/cases/ids_words.h"

#include <doctest/doctest.h>

#include <set>

namespace chapar::testing {
namespace {

using namespace client;

std::string code(std::string_view list, std::string_view word) {
    const schemas::CodeFile* const codes = schemas::find_codes(list);
    REQUIRE(codes != nullptr);
    const WordMeaning meaning = meaning_of(*codes, word);
    std::string out(meaning.code);
    for (const std::string_view choice : meaning.choices) out += "?" + std::string(choice);
    return out;
}

bool is_header(std::string_view header) {
    for (const IdsColumnInfo& info : ids_columns()) {
        if (info.header == header) return true;
    }
    return false;
}

}  // namespace

// Fails if a row of words.csv names a code that its list does not have, or a list that is not.
TEST_CASE("every word of a table means codes that there are") {
    for (const IdsWord& row : ids_word_rows()) {
        CAPTURE(row.list);
        CAPTURE(row.word);
        const schemas::CodeFile* const list = schemas::find_codes(row.list);
        REQUIRE(list != nullptr);
        const WordMeaning meaning = meaning_of(*list, row.word);
        REQUIRE(meaning.code.empty() != meaning.choices.empty());
        if (!meaning.code.empty()) CHECK(list->find(meaning.code) != nullptr);
        for (const std::string_view choice : meaning.choices) CHECK(list->find(choice) != nullptr);
        if (!row.form.empty()) {
            CHECK(schemas::find_codes("substance-forms")->find(row.form) != nullptr);
        }
    }
}

// Fails if a word is written in twice, or is the code or a label of another code: the row would
// never be looked at.
TEST_CASE("no word of a table stands in the way of another") {
    std::set<std::string> seen;
    for (const IdsWord& row : ids_word_rows()) {
        CAPTURE(row.word);
        CHECK(seen.insert(std::string(row.list) + "/" + folded(row.word)).second);
        const std::string meant = code(row.list, row.word);
        CHECK((meant == row.code || row.code.starts_with("?")));
    }
}

// Fails if an alias of headers.csv is of a column that there is not, or names two columns.
TEST_CASE("every name of a column leads to that column, and each header to its own") {
    std::set<std::string> seen;
    for (const IdsColumnInfo& info : ids_columns()) {
        CHECK(ids_column_named(info.header) == info.column);
        CHECK(seen.insert(folded(info.header)).second);
    }
    for (const IdsAlias& alias : ids_aliases()) {
        CAPTURE(alias.alias);
        REQUIRE(is_header(alias.column));
        CHECK(seen.insert(folded(alias.alias)).second);
        const auto column = ids_column_named(alias.alias);
        REQUIRE(column.has_value());
        CHECK(ids_column(*column).header == alias.column);
    }
    CHECK_FALSE(ids_column_named("Colour of the car").has_value());
    CHECK_FALSE(ids_column_named("").has_value());
}

TEST_CASE("words are compared without their case, their blanks and their keyboards") {
    CHECK(folded("  Дата\xC2\xA0  Изъятия ") == "дата изъятия");
    CHECK(folded("САМОЛЁТ") == folded("самолет"));
    CHECK(folded("\xEF\xBB\xBFSeizure\n Date") == "seizure date");
    // Arabic and Persian keyboards have a kaf and a yeh each.
    CHECK(folded("\xD9\x83\xD9\x8A") == folded("\xDA\xA9\xDB\x8C"));
    CHECK(ids_column_named("СТРАНА изъятия") == IdsColumn::Country);
    CHECK(ids_column_named("تاریخ ضبط") == IdsColumn::SeizureDate);
}

TEST_CASE("a code, its label in two languages and the words of tables mean the same") {
    CHECK(code("transport-modes", "ROAD") == "road");
    CHECK(code("transport-modes", "Автомобильный") == "road");
    CHECK(code("transport-modes", "Truck/lorry/van") == "road");
    CHECK(code("transport-modes", "Train/Bus") == "?rail?road");
    CHECK(code("substances", "Героин") == "heroin");
    CHECK(code("substances", "هروئین") == "heroin");
    CHECK(code("units", "кг") == "KGM");
    CHECK(code("countries", "Таджикистан") == "TJ");
    CHECK(code("seizure-places", "Road/ Street/highway") == "road");
    CHECK(code("transport-modes", "roa").empty());
    CHECK(code("substances", "heroin base").empty());
}

TEST_CASE("milligrams and tonnes move the point and say by how much") {
    const schemas::CodeFile& units = *schemas::find_codes("units");
    CHECK(meaning_of(units, "mg").shift == -3);
    CHECK(meaning_of(units, "tonne").shift == 3);
    CHECK(meaning_of(units, "kg").shift == 0);
}

}  // namespace chapar::testing
