#include "client/cases/form.h"

#include <doctest/doctest.h>

#include "client/cases/message_json.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds.h"

namespace chapar::testing {
namespace {

using namespace client;
using schemas::Kind;
using schemas::Language;
namespace json = boost::json;

FormSetting setting(Language language = Language::English) {
    return {*OfficeId::parse("TJ-NPJ-BLO"), *AgencyId::parse("TJ-DCA"),
            *parse_time("2026-11-20T06:00:00Z"), language};
}

// A person at the desk: each line, and all that was said to it.
struct Desk {
    Form form;
    std::string said;

    explicit Desk(Kind kind, Language language = Language::English)
        : form(kind, setting(language)) {
        add(form.begin());
    }
    FormTurn type(std::string_view line) {
        said.clear();
        FormTurn turn = form.take(line);
        add(turn);
        return turn;
    }
    void type_all(std::initializer_list<const char*> lines) {
        for (const char* line : lines) (void)type(line);
    }
    void add(const FormTurn& turn) {
        for (const auto& row : turn.said) {
            for (const std::string& cell : row) said += cell + "|";
            said += "\n";
        }
    }
    [[nodiscard]] bool told(std::string_view words) const {
        return said.find(words) != std::string::npos;
    }
    [[nodiscard]] json::value at(const char* pointer) const {
        json::error_code error;
        const json::value message = json::parse(form.message());
        const json::value* found = message.find_pointer(pointer, error);
        return found != nullptr ? *found : json::value();
    }
};

void fill_alert(Desk& desk) {
    desk.type_all({"TJ-KT, Nizhny Pyanj", "05:40 +05:00", "heroin", "24.6 kg", "road", "",
                   "CARICC-OPS UZ-NSS-HQ"});
}

}  // namespace

// Fails if must_questions() passes over a field.
TEST_CASE("an alert asks for its six fields first, then for whom, and is whole then") {
    Desk desk(Kind::SeizureAlert);
    CHECK(desk.form.missing() == 7);
    CHECK(desk.form.prompt() == "[1/7] Place of the seizure!: ");
    (void)desk.type("TJ-KT, Nizhny Pyanj");
    CHECK(desk.form.prompt() == "[2/7] Time of the seizure!: ");
    (void)desk.type("05:40 +05:00");
    CHECK(desk.told("= 2026-11-20T00:40:00Z"));
    CHECK(desk.form.prompt() == "[3/7] Goods / Substance!: ");
    (void)desk.type("героин");
    CHECK(desk.form.prompt() == "[4/7] Goods / Quantity!: ");
    (void)desk.type("24,6 кг");
    CHECK(desk.form.prompt() == "[5/7] Conveyance / Mode of transport!: ");
    (void)desk.type("road");
    CHECK(desk.form.prompt() == "[6/7] Agency that seized! [TJ-DCA]: ");
    (void)desk.type("");
    CHECK(desk.form.prompt() == "[7/7] To the offices!: ");
    (void)desk.type("CARICC-OPS");
    CHECK(desk.told("All that must be given is given"));
    CHECK(desk.form.missing() == 0);
    CHECK(desk.form.prompt() == "field, or :send> ");
    CHECK(desk.type(":send").wish == FormWish::Send);
    const auto parsed = parse_messages(desk.form.message());
    REQUIRE(parsed);
    CHECK(schemas::kind_of(parsed->front().draft.payload) == Kind::SeizureAlert);
    CHECK(desk.at("/goods/0/quantity/unit") == "KGM");
    CHECK(desk.at("/goods/0/substance/list") == "ND61");
    CHECK(desk.at("/agency") == "TJ-DCA");
}

TEST_CASE("fields may be given in any order: by number, by name, by a part of a label") {
    Desk desk(Kind::SeizureAlert);
    (void)desk.type(":4");
    CHECK(desk.form.prompt() == "[4/7] Goods / Quantity!: ");
    (void)desk.type(":agency");
    CHECK(desk.form.prompt().find("Agency that seized") != std::string::npos);
    (void)desk.type("ДКН");
    CHECK(desk.form.prompt() == "[4/7] Goods / Quantity!: ");
    (void)desk.type("1 kg");
    CHECK(desk.form.prompt() == "[1/7] Place of the seizure!: ");
    (void)desk.type("");  // passed: it comes again at the end
    (void)desk.type(":plate");
    CHECK(desk.form.prompt() == "Conveyance / Plate: ");
    (void)desk.type("01 А 777 ВС");
    CHECK(desk.at("/conveyance/plate") == "01 А 777 ВС");
    (void)desk.type(":control");
    CHECK(desk.form.prompt().find("Wants a controlled delivery") != std::string::npos);
    (void)desk.type(":nothing of this name");
    CHECK(desk.told("no such field"));
    (void)desk.type(":99");
    CHECK(desk.told("no such field"));
    (void)desk.type(":name");
    CHECK(desk.told("which of them?"));
    CHECK(desk.form.missing() == 5);
}

// Fails if an element is asked for that its list has no place for: its answer would end the
// program.
TEST_CASE(
    "an element beyond the next of its list is no field, also when those before were cleared") {
    Desk desk(Kind::SeizureAlert);
    fill_alert(desk);
    (void)desk.type(":goods[5].quantity");
    CHECK(desk.told("no such field"));
    (void)desk.type(":goods[1].quantity");
    CHECK(desk.form.prompt().find("Quantity") != std::string::npos);
    (void)desk.type(":clear goods[0]");
    (void)desk.type("1 kg");
    CHECK(Form::resume(desk.form.kept(), setting()).has_value());
}

TEST_CASE(
    "what is wrong is told with the field, what was found and what is allowed; nothing changes") {
    Desk desk(Kind::SeizureAlert);
    (void)desk.type(":time");
    const std::string before = desk.form.message();
    CHECK_FALSE(desk.type("half past five").changed);
    CHECK(
        desk.told("Time of the seizure: found 'half past five'; allowed: a time with its offset"));
    CHECK(desk.form.message() == before);
    (void)desk.type(":4");
    (void)desk.type("12,450 kg");
    CHECK(desk.told("Goods / Quantity: found '12,450 kg'; allowed: either 12.450 or 12450"));
    (void)desk.type(std::string("\x1b[31m\xE2\x80\xAE") + std::string(200, 'x'));
    CHECK_FALSE(desk.told("\x1b"));
    CHECK(desk.told("..'"));
    (void)desk.type(std::string(30'000, 'x'));
    CHECK(desk.told("too long"));
}

TEST_CASE("a question mark lists what is allowed, with the labels of the reader, and searches") {
    Desk desk(Kind::SeizureAlert, Language::Russian);
    (void)desk.type(":mode");
    CHECK(desk.form.prompt() == "[5/7] Транспортное средство / Вид транспорта!: ");
    CHECK_FALSE(desk.type("?").changed);
    CHECK(desk.told("road|Автомобильный|"));
    CHECK(desk.told("sea|Морской|"));
    (void)desk.type("?водн");
    CHECK(desk.told("inland-water|Внутренний водный|"));
    CHECK_FALSE(desk.told("road"));
    (void)desk.type("? верблюд");
    CHECK(desk.told("ничего не найдено"));
    (void)desk.type("автомобильный");
    CHECK(desk.at("/conveyance/mode") == "road");
    (void)desk.type(":substance");
    (void)desk.type("?");
    CHECK(desk.told("heroin|Героин|"));
    (void)desk.type(":fields");
    CHECK(desk.told(
        "5|!|Транспортное средство / Вид транспорта|conveyance.mode|Автомобильный (road)|"));
}

TEST_CASE("a person's name is kept in its own script and in Latin letters, which are proposed") {
    Desk desk(Kind::SeizureAlert);
    fill_alert(desk);
    (void)desk.type("persons");
    CHECK(desk.form.prompt() == "Persons / Names / Name in its own script!: ");
    (void)desk.type("Иванов Иван");
    CHECK(desk.form.prompt() == "Persons / Names / In Latin letters [Ivanov Ivan]: ");
    (void)desk.type("");
    CHECK(desk.at("/persons/0/names/0/script") == "Cyrl");
    CHECK(desk.at("/persons/0/names/0/transliteration") == "Ivanov Ivan");
    CHECK(desk.form.prompt() == "Persons / Date of birth: ");
    desk.type_all({"۱۳۶۷-۰۱", "", ""});  // no nationality, no document
    CHECK(desk.at("/persons/0/birth/calendar") == "solar-hijri");
    // A document whose type is passed has no number either.
    CHECK(desk.form.prompt() == "Persons / Role: ");
    desk.type_all({"driver", "arrested"});
    CHECK(desk.told("All that must be given"));
    desk.type_all({"persons", "محمد رحیمی"});
    CHECK(desk.form.prompt() == "Persons 2 / Names / In Latin letters: ");  // asked, not proposed
    (void)desk.type("Mohammad Rahimi");
    CHECK(desk.at("/persons/1/names/0/script") == "Arab");
    CHECK(desk.at("/persons/1/names/0/transliteration") == "Mohammad Rahimi");
    desk.type_all({":stop", "", "", "", "", "", ""});
    REQUIRE(parse_messages(desk.form.message()));
}

TEST_CASE("lists are asked element by element until an empty line; notes go over several lines") {
    Desk desk(Kind::SeizureAlert);
    fill_alert(desk);
    desk.type_all({"route", "AF-KDZ", "TJ"});
    CHECK(desk.form.prompt() == "Route 3: ");
    (void)desk.type("");
    CHECK(desk.told("All that must be given"));
    CHECK(desk.at("/route").as_array().size() == 2);
    (void)desk.type("text.text");
    (void)desk.type("Первая\\");
    CHECK(desk.form.prompt() == "  .. ");
    (void)desk.type(":вторая, не команда\\");
    (void)desk.type("третья");
    CHECK(desk.at("/text/text") == "Первая\n:вторая, не команда\nтретья");
    CHECK(desk.form.prompt() == "Language of the note [Russian (ru)]: ");
    (void)desk.type("");
    CHECK(desk.at("/text/language") == "ru");
    REQUIRE(parse_messages(desk.form.message()));
}

TEST_CASE("a rule between fields is told when all is given, and its field is asked") {
    Desk desk(Kind::LookoutInform);
    desk.type_all({"CONTAINER", "REPORT", "Precursors suspected.", "", "2026-12-06 00:00Z",
                   "B. Karimov", "UZ-NSS-HQ"});
    // A container without its number, a contact that nobody can reach.
    CHECK(desk.at("/valid/from") == "2026-11-20T06:00:00Z");
    CHECK_FALSE(desk.told("All that must be given"));
    CHECK(desk.form.prompt().find("Target") == 0);
    (void)desk.type(":clear target.conveyance");
    desk.type_all({":target.conveyance.mode", "sea", ":target.conveyance.container", "CSQU3054383",
                   ":contact.phone", "+998 71 000 00 00"});
    const FormTurn sent = desk.type(":send");
    CAPTURE(desk.said);
    CAPTURE(desk.form.message());
    CHECK(sent.wish == FormWish::Send);
}

TEST_CASE("every kind that has a form is whole once it asks for nothing more") {
    struct Script {
        Kind kind;
        std::vector<const char*> lines;
    };
    const std::vector<Script> scripts{
        {Kind::InfoRequest, {"vehicle", "01 A 777 BC", "Seizure at Nizhny Pyanj.", "CARICC-OPS"}},
        {Kind::PrecursorIncident,
         {"SEIZURE", "PK, Torkham", "2026-11-19 08:10 +05:00", "acetic anhydride", "900 l",
          "CARICC-OPS"}},
        {Kind::LookoutCoerce,
         {"VEHICLE", "STOP", "Precursors.", "now", "2026-12-06 00:00Z", "B. Karimov", "CARICC-OPS",
          ":target.conveyance.mode", "road", ":target.conveyance.plate", "01 A 777",
          ":contact.radio", "channel 4"}}};
    for (const Script& script : scripts) {
        Desk desk(script.kind);
        for (const char* line : script.lines) (void)desk.type(line);
        const FormTurn turn = desk.type(":send");
        CAPTURE(static_cast<int>(script.kind));
        CAPTURE(desk.said);
        CAPTURE(desk.form.message());
        CHECK(turn.wish == FormWish::Send);
        CHECK(parse_messages(desk.form.message()));
    }
}

// Fails if kept() leaves out the questions.
TEST_CASE("a form that was left goes on with the same question and the same answers") {
    Desk desk(Kind::SeizureAlert);
    desk.type_all({"TJ", "05:40 +05:00", ":persons", "Иванов Иван"});
    auto again = Form::resume(desk.form.kept(), setting());
    REQUIRE(again);
    CHECK(again->prompt() == desk.form.prompt());
    CHECK(again->message() == desk.form.message());
    CHECK(again->kept() == desk.form.kept());
    CHECK(again->missing() == 5);
    for (const char* text : {"", "{}", "[]", R"({"kind":"seizure-alert"})",
                             R"({"kind":"nothing","fields":{},"ask":[]})",
                             R"({"kind":"seizure-alert","fields":[],"ask":[]})",
                             R"({"kind":"seizure-alert","fields":{},"ask":[1]})"}) {
        CAPTURE(text);
        CHECK(Form::resume(text, setting()).error().code == Errc::StoreDamaged);
    }
}

TEST_CASE("an answer is changed by going to it again, and taken back by clearing it") {
    Desk desk(Kind::SeizureAlert);
    fill_alert(desk);
    (void)desk.type("quantity");
    CHECK(desk.form.prompt() == "[4/7] Goods / Quantity! = 24.6, kilogram (KGM): ");
    (void)desk.type("");  // it stays
    CHECK(desk.at("/goods/0/quantity/value") == "24.6");
    desk.type_all({"quantity", "25 kg"});
    CHECK(desk.at("/goods/0/quantity/value") == "25");
    (void)desk.type(":clear quantity");
    CHECK(desk.at("/goods/0/quantity").is_null());
    CHECK(desk.form.missing() == 1);
    CHECK(desk.type(":send").wish == FormWish::Ask);
    CHECK(desk.told("Goods / Quantity is missing"));
    (void)desk.type(":show");
    CHECK(desk.told("Mode of transport|Road|"));
    CHECK(desk.type(":stop").wish == FormWish::Stop);
    CHECK(desk.type(":drop").wish == FormWish::Drop);
}

TEST_CASE("a day without its hour is said of a seizure, and asked again where it cannot be said") {
    Desk alert(Kind::SeizureAlert);
    alert.type_all({":time", "2026-11-20 +05:00"});
    CHECK(alert.at("/day_only") == true);
    alert.type_all({":time", "2026-11-20 05:40 +05:00"});
    CHECK(alert.at("/day_only").is_null());
    Desk incident(Kind::PrecursorIncident);
    incident.type_all({":time", "2026-11-20 +05:00"});
    CHECK(incident.told("allowed: a time with its offset"));
    CHECK(incident.at("/time").is_null());
}

TEST_CASE("every kind of content can be asked for, and no line that is typed breaks its form") {
    const std::vector<std::string> lines{"",          "?",        "? a", ":1",  ":2",  ":fields",
                                         ":show",     "x",        "1",   "TJ",  "now", "-",
                                         ":send",     ":clear 1", "yes", "a\\", "b",   ":to",
                                         ":clear to", "\xD0",     ":",   ": ",  ":3",  "24 kg"};
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        CAPTURE(kind.name);
        Desk desk(kind.kind);
        for (std::size_t i = 0; i < 200; ++i) {
            (void)desk.type(lines[(i * 7 + i / 11) % lines.size()]);
            CHECK_FALSE(desk.form.prompt().empty());
        }
        CHECK(Form::resume(desk.form.kept(), setting()));
    }
}

}  // namespace chapar::testing
