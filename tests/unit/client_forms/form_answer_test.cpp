#include "client/cases/form_answer.h"

#include <doctest/doctest.h>

#include "client/cases/form_path.h"
#include "schemas/base/time_text.h"

namespace chapar::testing {
namespace {

using namespace client;
using schemas::Kind;
using schemas::Language;
namespace json = boost::json;

AnswerOrFault read(const char* path, std::string_view line, Kind kind = Kind::SeizureAlert,
                   bool as_written = false) {
    const auto found = find_path(kind, path);
    REQUIRE(found.has_value());
    REQUIRE(is_one_line(found->node()));
    return read_answer(found->node(), line,
                       {*parse_time("2026-11-20T06:00:00Z"), Language::English, as_written});
}
// As JSON; "!" and what is allowed where it is refused.
std::string value(const char* path, std::string_view line, Kind kind = Kind::SeizureAlert) {
    const AnswerOrFault read_ = read(path, line, kind);
    if (const auto* fault = std::get_if<AnswerFault>(&read_)) return "!" + fault->allowed;
    return json::serialize(std::get<Answer>(read_).value);
}
bool refused(const char* path, std::string_view line, Kind kind = Kind::SeizureAlert) {
    return std::holds_alternative<AnswerFault>(read(path, line, kind));
}

}  // namespace

TEST_CASE("amounts have their unit in one line, in the words that people use") {
    const char* q = "goods[0].quantity";
    CHECK(value(q, "24.6 kg") == R"({"value":"24.6","unit":"KGM"})");
    CHECK(value(q, "24,6 кг брутто") == R"({"value":"24.6","unit":"KGM","weight":"gross"})");
    CHECK(value(q, "900l") == R"({"value":"900","unit":"LTR"})");
    CHECK(value(q, "۱۲٫۵ kg") == R"({"value":"12.5","unit":"KGM"})");
    CHECK(value(q, "٣ tablet estimated") == R"({"value":"3","unit":"TAB","measured":"estimated"})");
    CHECK(value(q, "1 234,5 GRM") == R"({"value":"1234.5","unit":"GRM"})");
    // Two readings: both are named.
    CHECK(value(q, "12,450 kg") == "!either 12.450 or 12450");
    for (const char* text :
         {"24.6", "kg", "24.6 tonnes", "0 kg", "-3 kg", "1.23456 kg", "1e3 kg", "24 kg kg", ""}) {
        CAPTURE(text);
        CHECK(refused(q, text));
    }
}

TEST_CASE("places are a country, a region, a post or a UN/LOCODE, and a name after a comma") {
    CHECK(value("place", "TJ") == R"({"country":"TJ"})");
    CHECK(value("place", "Таджикистан") == R"({"country":"TJ"})");
    CHECK(value("place", "tj-kt, Nizhny Pyanj") ==
          R"({"country":"TJ","subdivision":"TJ-KT","name":"Nizhny Pyanj"})");
    CHECK(value("place", "TJ-NPJ-BLO") == R"({"country":"TJ","office":"TJ-NPJ-BLO"})");
    CHECK(value("place", "AFHEA، هرات") == R"({"country":"AF","locode":"AFHEA","name":"هرات"})");
    for (const char* text : {"", "XX", "QQ-KT", "Nowhere", "TJ-KTXX", ", name"}) {
        CAPTURE(text);
        CHECK(refused("place", text));
    }
    const AnswerOrFault unclear = read("place", "Guinea");
    if (const auto* fault = std::get_if<AnswerFault>(&unclear)) CHECK(fault->candidates.size() > 1);
}

TEST_CASE("codes are answered by code, by label, or by how only one of them begins") {
    CHECK(value("conveyance.mode", "road") == R"("road")");
    CHECK(value("conveyance.mode", "АВТОМОБИЛЬНЫЙ") == R"("road")");
    CHECK(value("conveyance.mode", "автом") == R"("road")");
    CHECK(value("conveyance.mode", "мор") == R"("sea")");
    // Only in the middle of one: shown, not taken.
    const AnswerOrFault inside = read("conveyance.mode", "дорож");
    REQUIRE(std::holds_alternative<AnswerFault>(inside));
    REQUIRE(std::get<AnswerFault>(inside).candidates.size() == 1);
    CHECK(std::get<AnswerFault>(inside).candidates.front()->code == "rail");
    const AnswerOrFault many = read("conveyance.mode", "a");
    REQUIRE(std::holds_alternative<AnswerFault>(many));
    CHECK(std::get<AnswerFault>(many).candidates.size() > 2);
    CHECK_FALSE(std::get<AnswerFault>(many).may_stand);
    CHECK(refused("conveyance.mode", "camel"));
}

TEST_CASE("a substance brings its list; one that is not listed stands as it is written") {
    CHECK(value("goods[0].substance", "героин") == R"({"name":"heroin","list":"ND61"})");
    CHECK(value("goods[0].substance", "Acetic anhydride") ==
          R"({"name":"acetic anhydride","list":"T1"})");
    CHECK(value("goods[0].substance", "blue powder") == R"({"name":"blue powder","list":"OTHER"})");
    const AnswerOrFault part = read("goods[0].substance", "piper");
    REQUIRE(std::holds_alternative<AnswerFault>(part));
    CHECK(std::get<AnswerFault>(part).may_stand);
    CHECK(std::get<AnswerFault>(part).candidates.size() >= 2);
    const AnswerOrFault again = read("goods[0].substance", "piper", Kind::SeizureAlert, true);
    CHECK(std::holds_alternative<Answer>(again));
}

TEST_CASE("dates may be known in part and in two calendars; the calendar is kept") {
    CHECK(value("persons[0].birth", "1988") == R"("1988")");
    CHECK(value("persons[0].birth", "17.03.1988") == R"("1988-03-17")");
    CHECK(value("persons[0].birth", "۱۳۶۷-۰۱") == R"({"date":"1367-01","calendar":"solar-hijri"})");
    CHECK(value("persons[0].birth", "03/04/1988") == "!the date as year-month-day: 1988-03-17");
    CHECK(refused("persons[0].birth", "1988-13"));
    CHECK(refused("persons[0].birth", "yesterday"));
}

TEST_CASE("times, flags, numbers, degrees and offices are read, and nothing beside them") {
    CHECK(value("time", "05:40 +05:00") == R"("2026-11-20T00:40:00Z")");
    CHECK(value("time", "2026-11-20 05:40").starts_with("!a time with its offset"));
    CHECK(value("wants_controlled_delivery", "Да") == "true");
    CHECK(value("wants_controlled_delivery", "no") == "false");
    CHECK(refused("wants_controlled_delivery", "maybe"));
    CHECK(value("arrests", "٣") == "3");
    CHECK(refused("arrests", "three"));
    CHECK(refused("arrests", "99999999999"));
    CHECK(value("place.latitude", "37,19") == "3.719E1");
    CHECK(refused("place.latitude", "91"));
    CHECK(value("goods[0].purity.percent", "62,5 %") == R"("62.5")");
    CHECK(refused("goods[0].purity.percent", "101"));
    CHECK(value("to", "caricc-ops, UZ-NSS-HQ") == R"(["CARICC-OPS","UZ-NSS-HQ"])");
    CHECK(refused("to", "CARICC-OPS, ???"));
    CHECK(refused("to", ""));
    CHECK(value("urgency", "flash") == R"("FLASH")");
    CHECK(refused("case", "xyz"));
    // As observed: not put into another form.
    CHECK(value("conveyance.plate", "01 А ٧٧٧") == R"("01 А ٧٧٧")");
}

TEST_CASE("paths are found in the kind or around it, and elements only where lists may have them") {
    CHECK(find_path(Kind::SeizureAlert, "text.text")->node().name == "text.text");
    CHECK(find_path(Kind::SeizureAlert, "goods[15].substance"));
    for (const char* path : {"", "goods[16]", "goods[x]", "goods[", "goods[0", "goods.substance",
                             "place..name", "place.", "nothing", "place[0]", "goods[0][0]"}) {
        CAPTURE(path);
        CHECK_FALSE(find_path(Kind::SeizureAlert, path));
    }
    json::object message;
    put_value(message, *find_path(Kind::SeizureAlert, "goods[0].quantity.value"), "1");
    put_value(message, *find_path(Kind::SeizureAlert, "text.language"), "ru");
    CHECK(json::serialize(message) ==
          R"({"goods":[{"quantity":{"value":"1"}}],"text":{"language":"ru"}})");
    erase_value(message, *find_path(Kind::SeizureAlert, "goods[0].quantity.value"));
    erase_value(message, *find_path(Kind::SeizureAlert, "text.language"));
    CHECK(json::serialize(message) == "{}");
}

}  // namespace chapar::testing
