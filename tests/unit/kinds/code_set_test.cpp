// Code lists as data: what a file must be, what a newer set must keep, and that none is missing.
#include <doctest/doctest.h>

#include <array>

#include "schemas/kinds/code_set.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

using schemas::CodeSet;
using schemas::CodeText;

std::string file(std::string_view list, std::string_view dated, std::string_view growth,
                 std::string_view rows) {
    return "# chapar-codes/1\n# list: " + std::string(list) + "\n# dated: " + std::string(dated) +
           "\n# carried: number, 0 = not given\n# growth: " + std::string(growth) +
           "\n# source: a test\nnumber,code,en,ru,until,mark,verified\n" + std::string(rows);
}

constexpr std::string_view kTwo = "1,DOG,Dog,Собака,,P,false\n2,CAT,\"Cat, tame\",,,V,true\n";
const std::string kThird = std::string(kTwo) + "3,OWL,Owl,Сова,,P,false\n";

CodeSet set_of(std::vector<CodeText> texts) {
    auto set = CodeSet::parse(std::move(texts));
    REQUIRE(set.has_value());
    return std::move(set).value();
}

CodeSet animals(std::string_view dated, std::string_view rows, std::string_view growth = "open") {
    return set_of({{"animals", file("animals", dated, growth, rows)}});
}

std::string problem_of(std::string text, std::string name = "animals") {
    const auto set = CodeSet::parse({{std::move(name), std::move(text)}});
    REQUIRE_FALSE(set.has_value());
    return set.error().context;
}

std::string refusal(const CodeSet& held, const CodeSet& next) {
    const Status follows = schemas::check_follows(held, next);
    REQUIRE_FALSE(follows.has_value());
    CHECK(follows.error().code == Errc::RecordSequence);
    return follows.error().context;
}

struct Demanded {
    std::string_view list;
    std::string_view code;  // one that must be in it
};
// Issue: what the field needs. The lists that fields name are asked for by the schema's own test.
constexpr auto kDemanded = std::to_array<Demanded>({
    {"countries", "TJ"},
    {"subdivisions", "AF-KDZ"},
    {"locations", "AFHRT"},
    {"substances", "heroin"},
    {"substance-lists", "T1"},
    {"substance-forms", "brick"},
    {"units", "KGM"},
    {"transport-modes", "rail"},
    {"concealment", "VEH_FUEL_TANK"},
    {"transport-documents", "CMR"},
    {"identity-documents", "passport"},
    {"handling", "H2"},
    {"source-grades", "A"},
    {"information-grades", "4"},
    {"person-roles", "courier"},
    {"company-roles", "importer"},
    {"tlp", "AMBER+STRICT"},
    {"languages", "ru"},
    {"currencies", "USD"},
    {"scripts", "Cyrl"},
});

}  // namespace

// Fails if a list is taken away, or one of its labels is left out.
TEST_CASE("every list that the field needs is there, dated, with its source and in two languages") {
    const CodeSet& built_in = CodeSet::built_in();
    for (const Demanded& demanded : kDemanded) {
        const schemas::CodeFile* const list = built_in.find(demanded.list);
        CAPTURE(demanded.list);
        REQUIRE(list != nullptr);
        CHECK(list->find(demanded.code) != nullptr);
    }
    for (const schemas::CodeFile& list : built_in.files()) {
        CAPTURE(list.name);
        CHECK_FALSE(list.source.empty());
        CHECK(list.dated.size() == 10);
        for (const schemas::CodeRow& row : list.rows) {
            CAPTURE(row.code);
            CHECK_FALSE(row.ru.empty());
            // What domain.md marks V or S was read in a source, K and P were not.
            const std::string_view mark = list.cell(row, "mark");
            const std::string_view verified = list.cell(row, "verified");
            if (!verified.empty()) {
                CHECK((mark == "V" || mark == "S") == (verified == "true"));
            }
        }
    }
}

TEST_CASE(
    "further columns of a list are read by their name: INCB table, CAS and HS of a substance") {
    const schemas::CodeFile* const list = CodeSet::built_in().find("substances");
    REQUIRE(list != nullptr);
    const schemas::CodeRow* const row = list->find("acetic anhydride");
    REQUIRE(row != nullptr);
    CHECK(list->cell(*row, "list") == "T1");
    CHECK(list->cell(*row, "cas") == "108-24-7");
    CHECK(list->cell(*row, "hs6") == "2915.24");
    CHECK(list->cell(*row, "cas_verified") == "false");
    CHECK_FALSE(row->verified);
    CHECK(list->cell(*row, "nothing").empty());
    CHECK(list->label(*row, "ru") == "Ангидрид уксусной кислоты");
    CHECK(list->label(*row, "fa") == "Acetic anhydride");
}

TEST_CASE("the subdivisions of a country begin with its code, and the country is in its list") {
    const CodeSet& built_in = CodeSet::built_in();
    for (const schemas::CodeRow& row : built_in.find("subdivisions")->rows) {
        CHECK(row.code.substr(2, 1) == "-");
        CHECK(built_in.find("countries")->find(row.code.substr(0, 2)) != nullptr);
    }
    for (const schemas::CodeRow& row : built_in.find("locations")->rows) {
        CHECK(row.code.size() == 5);
        CHECK(built_in.find("countries")->find(row.code.substr(0, 2)) != nullptr);
    }
}

// Fails if one of the rules of a file is left out.
TEST_CASE("a file that is not as it must be is refused with its line") {
    const auto rows = [](std::string_view text) {
        return problem_of(file("animals", "2026-11-22", "open", text));
    };
    CHECK(rows("") == "animals.csv:7: the list has no row");
    CHECK(rows("1,DOG,Dog,,,P,false\n3,CAT,Cat,,,P,false\n") ==
          "animals.csv:9: the number is '3', the next one is 2");
    CHECK(rows("2,DOG,Dog,,,P,false\n") == "animals.csv:8: the number is '2', the next one is 1");
    CHECK(rows("1,DOG,Dog,,,P,false\n2,dog,Dog,,,P,false\n") ==
          "animals.csv:9: the code 'dog' is used twice");
    CHECK(rows("1,DOG,Dog,,,P\n") == "animals.csv:8: not as many cells as columns");
    CHECK(rows("1,DOG,,,,P,false\n") == "animals.csv:8: a row needs a code and its English");
    CHECK(rows("1,DOG,Dog,,,X,false\n") == "animals.csv:8: mark: not V, S, K or P");
    CHECK(rows("1,DOG,Dog,,2026-02-30,P,false\n") == "animals.csv:8: until: not a date YYYY-MM-DD");
    CHECK(rows("1,DOG,Dog,,,P,maybe\n") == "animals.csv:8: 'verified': not true or false");
    CHECK(rows("1,DOG,\"Dog,,,P,false\n") == "animals.csv:8: a quote is not closed");
    CHECK(rows("1,DOG,D\"og,,,P,false\n") ==
          "animals.csv:8: a quote inside a cell that does not begin with one");
    CHECK(rows("1,DOG,\"Dog\"x,,,P,false\n") == "animals.csv:8: text after a closing quote");
    CHECK(rows("1,DOG,Dog\xe2\x80\xae,,,P,false\n") ==
          "animals.csv:8: a cell has characters that are not seen");
    CHECK(rows("1,DOG,Dog\xff,,,P,false\n") ==
          "animals.csv:8: a cell has characters that are not seen");
    CHECK(rows("1,DOG," + std::string(513, 'x') + ",,,P,false\n") ==
          "animals.csv:8: a cell is too long");
    CHECK(rows("1,DOG,Dog,,,P,false") == "animals.csv:8: the last line has no end");
    std::string many;
    for (int i = 1; i <= 256; ++i) {
        many += std::to_string(i) + ",C" + std::to_string(i) + ",Word,,,P,false\n";
    }
    CHECK(rows(many) == "animals.csv:263: more than 255 numbers");
}

TEST_CASE(
    "a file says its own name, date, growth and source, each once, and how codes are carried") {
    const std::string good = file("animals", "2026-11-22", "open", kTwo);
    const auto without = [&](std::string_view part, std::string_view instead) {
        std::string text = good;
        text.replace(text.find(part), part.size(), instead);
        return problem_of(text);
    };
    CHECK(without("# chapar-codes/1", "# chapar-codes/2") ==
          "animals.csv:1: not '# chapar-codes/1'");
    CHECK(without("list: animals", "list: plants") ==
          "animals.csv:2: the list is not called as its file");
    CHECK(without("2026-11-22", "2026-13-22") == "animals.csv:3: not a date YYYY-MM-DD");
    CHECK(without("growth: open", "growth: fast") == "animals.csv:5: not open or closed");
    CHECK(without("source: a test", "colour: red") == "animals.csv:6: unknown line 'colour'");
    CHECK(without("# source: a test\n", "") == "animals.csv:5: no '# source: ..' above");
    CHECK(without("# source: a test", "# growth: open") == "animals.csv:6: 'growth' stands twice");
    CHECK(without("number, 0", "text, 0") == "animals.csv:7: a column 'number'");
    CHECK(without("code,en", "word,en") == "animals.csv:7: no column 'code'");
    CHECK(without("code,en", "en,en") == "animals.csv:7: 'en' stands twice");
    for (const char* name : {"../animals", "", "a/b", "Animals", "a.csv"}) {
        CHECK_FALSE(CodeSet::parse({{name, good}}).has_value());
    }
    CHECK_FALSE(CodeSet::parse({{"animals", good}, {"animals", good}}).has_value());
    CHECK_FALSE(CodeSet::parse({}).has_value());
    CHECK(problem_of(good + std::string(schemas::CodeBounds::kFileBytes, '\n')) == "animals.csv");
}

// Fails if one of the rules between two sets is left out.
TEST_CASE("a newer set grows at the ends of its open lists, and in no other way") {
    const CodeSet held = animals("2026-11-22", kTwo);
    CHECK(schemas::check_follows(held, animals("2026-11-22", kTwo)).has_value());
    CHECK(schemas::check_follows(held, animals("2026-12-01", kTwo)).has_value());
    CHECK(schemas::check_follows(held, animals("2026-12-01", kThird)).has_value());

    CHECK(refusal(held, animals("2026-11-21", kThird)) ==
          "the set is dated 2026-11-21, the one held 2026-11-22");
    CHECK(refusal(held, animals("2026-11-22", kThird)) ==
          "animals.csv: changed without a newer date than 2026-11-22");
    CHECK(refusal(held, animals("2026-12-01", "1,DOG,Dog,Собака,,P,false\n")) ==
          "animals.csv: the code 'CAT' is missing: codes end by 'until' and stay");
    CHECK(refusal(held, animals("2026-12-01", "1,CAT,Cat,,,P,false\n2,DOG,Dog,,,P,false\n")) ==
          "animals.csv: row 1 was 'DOG', is 'CAT': codes are added at the end");
    CHECK(refusal(held, animals("2026-12-01", kTwo, "closed")) ==
          "animals.csv: carried and growth never change");
    CHECK(refusal(animals("2026-11-22", kTwo, "closed"), animals("2026-12-01", kThird, "closed")) ==
          "animals.csv: a closed list grows only with a new version of the program");
    CHECK(refusal(held, set_of({{"plants", file("plants", "2026-12-01", "open", kTwo)}})) ==
          "animals.csv: is missing: lists stay");
    const CodeSet both = set_of({{"animals", file("animals", "2026-11-21", "open", kTwo)},
                                 {"plants", file("plants", "2026-12-01", "open", kTwo)}});
    CHECK(refusal(held, both) == "animals.csv: dated 2026-11-21, the one held 2026-11-22");
}

// Fails if a code of another form comes in: readers tell a code that is newer than their list by
// it.
TEST_CASE("a list of texts of one form, as countries, grows by texts of that form only") {
    const auto countries = [](std::string_view dated, std::string_view rows) {
        const std::string text = "# chapar-codes/1\n# list: lands\n# dated: " + std::string(dated) +
                                 "\n# carried: text\n# growth: open\n# source: a test\n"
                                 "code,en,ru,until,mark\nAF,A,,,V\n" +
                                 std::string(rows);
        return set_of({{"lands", text}});
    };
    const CodeSet held = countries("2026-11-22", "");
    CHECK(schemas::check_follows(held, countries("2026-12-01", "XX,X,,,V\n")).has_value());
    CHECK(refusal(held, countries("2026-12-01", "XXX,X,,,V\n")) ==
          "lands.csv: a new code has not the form of the others");
}

TEST_CASE("what ended stays readable: its number is found, it is not offered") {
    const CodeSet next =
        animals("2026-12-01", "1,DOG,Dog,Собака,2026-11-30,P,false\n2,CAT,Cat,,,V,true\n");
    CHECK(schemas::check_follows(animals("2026-11-22", kTwo), next).has_value());
    const schemas::CodeFile* const list = next.find("animals");
    CHECK(list->find(1)->code == "DOG");
    CHECK(list->allowed() == "a code of animals: CAT");
}

TEST_CASE("another set is in use for as long as it is held, and then the one before") {
    std::vector<CodeText> texts;
    for (const schemas::CodeFile& list : CodeSet::built_in().files()) {
        std::string text = CodeSet::built_in().text(list.name);
        if (list.name == "concealment") {
            text.replace(text.find("2026-11-22"), 10, "2027-01-01");
            text += std::to_string(list.rows.size() + 1) +
                    ",SAMOVAR,In a samovar,В самоваре,,,P,false\n";
        }
        texts.push_back({std::string(list.name), std::move(text)});
    }
    const CodeSet next = set_of(std::move(texts));
    CHECK(schemas::check_follows(CodeSet::built_in(), next).has_value());
    const auto changes = schemas::changes_between(CodeSet::built_in(), next);
    REQUIRE(changes.size() == 1);
    CHECK(changes.front().rows_more == 1);
    {
        const schemas::CodesInUse in_use(next);
        CHECK(schemas::find_codes("concealment")->find("samovar") != nullptr);
        CHECK(schemas::codes_in_use().dated() == "2027-01-01");
    }
    CHECK(schemas::find_codes("concealment")->find("samovar") == nullptr);
}

}  // namespace chapar::testing
