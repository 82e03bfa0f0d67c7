#include "client/cases/reading.h"

#include <doctest/doctest.h>

namespace chapar::testing {
namespace {

using namespace client;
using schemas::Language;
namespace json = boost::json;

std::string page(const std::string& text, Language language,
                 schemas::Kind kind = schemas::Kind::SeizureAlert) {
    std::string out;
    for (const ReadingLine& line :
         reading_of(schemas::field_tree(kind), json::parse(text).as_object(), language)) {
        out += std::string(line.depth, ' ') + line.label + ": " + line.value + "\n";
    }
    return out;
}

constexpr const char* kAlert = R"({
 "place": "TJ-KT", "time": "2026-11-20T05:40:00Z",
 "goods": [{"substance": {"list": "ND61", "name": "heroin"},
            "quantity": {"value": "12.450", "unit": "KGM", "weight": "gross"}}],
 "conveyance": {"mode": "road", "plate": "01 А 777 ВС", "country": "UZ"},
 "agency": "ДКН", "persons": [{"names": [{"text": "Иванов Иван", "script": "Cyrl"}],
 "birth": {"date": "1367-01", "calendar": "solar-hijri"}, "status": "arrested"}],
 "wants_controlled_delivery": true,
 "text": {"text": "В топливном баке.\nДва пакета.", "language": "ru"}})";

}  // namespace

// Fails if labels, codes or free text take the other's language.
TEST_CASE("codes and fields are read in the reader's language, free text as it was written") {
    const std::string english = page(kAlert, Language::English);
    CHECK(english ==
          "Place of the seizure: Khatlon, Tajikistan (TJ-KT)\n"
          "Time of the seizure: 2026-11-20T05:40:00Z\n"
          "Goods: \n"
          " Substance: \n"
          "  List: Narcotic drug, 1961 Convention (ND61)\n"
          "  Substance: Heroin\n"
          " Quantity: \n"
          "  Value: 12.450\n"
          "  Unit: kilogram (KGM)\n"
          "  Gross or net: Gross\n"
          "Conveyance: \n"
          " Mode of transport: Road\n"
          " Plate: 01 А 777 ВС\n"
          " Country of the plate: Uzbekistan (UZ)\n"
          "Agency that seized: ДКН\n"
          "Persons: \n"
          " Names: \n"
          "  Name in its own script: Иванов Иван\n"
          "  Script: Cyrillic (Cyrl)\n"
          " Date of birth: 1367-01, Solar Hijri (solar-hijri)\n"
          " Status: Arrested\n"
          "Wants a controlled delivery: yes\n"
          "Note [ru]: В топливном баке.\nДва пакета.\n");
    const std::string russian = page(kAlert, Language::Russian);
    CHECK(russian.find("  Вещество: Героин (heroin)\n") != std::string::npos);
    CHECK(russian.find(" Вид транспорта: Автомобильный (road)\n") != std::string::npos);
    CHECK(russian.find("Просит контролируемую поставку: да\n") != std::string::npos);
    CHECK(russian.find("Примечание [ru]: В топливном баке.\n") != std::string::npos);
}

TEST_CASE("a code of a newer list is shown with its number and the date of the list that we have") {
    const std::string text = page(R"({"concealment": "#77"})", Language::English);
    CHECK(text == "Concealment: code 77 (list concealment, 2026-11-22)\n");
}

TEST_CASE("several objects of a list are numbered, values of a list stand in one line") {
    const std::string text = page(
        R"({"goods": [{"quantity": {"value": "1.000"}}, {"quantity": {"value": "2.000"}}],
            "route": ["AF", "TJ-KT", {"country": "UZ", "name": "Termez"}]})",
        Language::English);
    CHECK(text.find("Goods 1: \n") != std::string::npos);
    CHECK(text.find("Goods 2: \n") != std::string::npos);
    const std::string words =
        value_words(*schemas::field_tree(schemas::Kind::SeizureAlert).part("route"),
                    json::parse(R"(["AF", "TJ-KT"])"), Language::Russian);
    CHECK(words == "Афганистан (AF); Хатлонская область, Таджикистан (TJ-KT)");
}

TEST_CASE("in one line a substance is called by its name first") {
    const auto& tree = schemas::field_tree(schemas::Kind::SeizureAlert);
    CHECK(value_words(*tree.part("goods")->parts.front().part("substance"),
                      json::parse(R"({"list": "ND61", "name": "heroin"})"),
                      Language::English) == "Heroin, Narcotic drug, 1961 Convention (ND61)");
}

TEST_CASE("what has another shape than its field is shown, not trusted") {
    CHECK(page(R"({"goods": 7, "place": [1], "time": {"a": 1}, "text": 3})", Language::English) ==
          "Place of the seizure: [1]\nTime of the seizure: {\"a\":1}\nGoods: 7\n");
}

}  // namespace chapar::testing
