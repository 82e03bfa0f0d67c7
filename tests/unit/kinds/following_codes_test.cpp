// Codes that JSON leaves out and that follow from a text beside them.
#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/following_codes.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/script.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"

namespace chapar::testing {

namespace json = boost::json;

namespace {

// The substance that is sent for what a message says of its goods.
json::value sent_substance(const char* written) {
    json::value message = example_of("seizure-alert");
    message.at_pointer("/goods/0").as_object()["substance"] = json::parse(written);
    const auto read = must(client::parse_messages(json::serialize(message)));
    const json::value shown = schemas::json_of_payload(read.front().draft.payload);
    return shown.at_pointer("/goods/0/substance");
}

}  // namespace

// Fails if JSON and a form send one name under two lists.
TEST_CASE("a substance that is only named goes under the list that has its name") {
    CHECK(sent_substance(R"({"name":"heroin"})").at("list") == "ND61");
    CHECK(sent_substance(R"({"name":"Героин"})").at("list") == "ND61");
    CHECK(sent_substance(R"({"name":"Acetic anhydride"})").at("list") == "T1");
    CHECK(sent_substance(R"({"name":"ACETONE"})").at("list") == "T2");
    CHECK(sent_substance(R"({"name":"blue powder"})").at("list") == "OTHER");
    CHECK(sent_substance(R"({"name":"hero"})").at("list") == "OTHER");
}

TEST_CASE("a list that is given stays, whatever the name says, and the name stays as written") {
    CHECK(sent_substance(R"({"name":"heroin","list":"OTHER"})").at("list") == "OTHER");
    CHECK(sent_substance(R"({"name":"blue powder","list":"NPS"})").at("list") == "NPS");
    CHECK(sent_substance(R"({"name":"Героин"})").at("name") == "Героин");
}

// Fails if a name that says no script goes as a Latin one.
TEST_CASE("a name that says no script has that of its letters") {
    const auto script = [](const char* name) {
        json::value message = example_of("seizure-alert");
        message.at_pointer("/persons/0").as_object()["names"] = json::parse(name);
        const auto read = must(client::parse_messages(json::serialize(message)));
        const json::value shown = schemas::json_of_payload(read.front().draft.payload);
        return std::string(shown.at_pointer("/persons/0/names/0/script").as_string());
    };
    CHECK(script(R"([{"text":"李明"}])") == "Hani");
    CHECK(script(R"([{"text":"გიორგი ბერიძე"}])") == "Geor");
    CHECK(script(R"([{"text":"Արամ Սարգսյան"}])") == "Armn");
    CHECK(script(R"([{"text":"Алим Раҳимов"}])") == "Cyrl");
    CHECK(script(R"([{"text":"علیم رحیموف"}])") == "Arab");
    CHECK(script(R"([{"text":"Alim Rahimov"}])") == "Latn");
    CHECK(script(R"([{"text":"Алим Rahimov"}])") == "Zyyy");
    CHECK(script(R"([{"text":"777"}])") == "Zyyy");
    CHECK(script(R"([{"text":"李明","script":"Jpan"}])") == "Jpan");
}

// Fails if the program finds a script that its list does not have.
TEST_CASE("every script that is found is a code of the list") {
    const schemas::CodeFile* const list = schemas::find_codes("scripts");
    REQUIRE(list != nullptr);
    std::set<std::string> found;
    for (char32_t point = 0; point < 0x110000; ++point) {
        const auto script = schemas::script_of_letter(point);
        if (script && !script->empty()) found.emplace(*script);
    }
    CHECK(found.size() == 50);
    for (const std::string& script : found) {
        CAPTURE(script);
        CHECK(list->find(script) != nullptr);
    }
    for (const char* together : {"Jpan", "Kore", "Zyyy"}) CHECK(list->find(together) != nullptr);
}

TEST_CASE("a code follows from the texts of its own list only") {
    CHECK(schemas::list_of_substance("MDMA (ecstasy)") == "PS71");
    CHECK(schemas::code_following("substance-lists", "morphine") == "ND61");
    CHECK(schemas::code_following("units", "morphine").empty());
}

}  // namespace chapar::testing
