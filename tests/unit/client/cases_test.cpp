#include <boost/json.hpp>

#include "client/cases/message_json.h"
#include "schemas/base/time_text.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kAlert = R"({
    "kind": "seizure-alert", "to": ["AF-SKB-BLO"], "urgency": "flash",
    "classification": "restricted", "handling": "H1", "purpose": "operation",
    "personal_data": true, "case": "000102030405060708090a0b0c0d0e0f",
    "expires": "2026-12-01T00:00:00Z",
    "place": {"country": "TJ", "subdivision": "TJ-KT", "name": "Nizhny Pyanj",
              "latitude": 37.19, "longitude": 68.61, "accuracy_m": 500},
    "time": "2026-11-20T05:40:00Z",
    "substance": {"name": "heroin", "list": "ND61", "cas": "561-27-3", "form": "brick"},
    "quantity": {"value": "12.450", "unit": "KGM", "weight": "gross", "measured": "weighed"},
    "mode": "road", "agency": "TJ-DCA",
    "purity": {"percent": "62.5", "method": "raman"},
    "concealment": "VEH_FUEL_TANK", "route": ["AF-KDZ", "TJ", "UZ"],
    "conveyances": [{"mode": "road", "plate": "01 A 777 BC", "country": "UZ",
                     "container": "CSQU3054383", "seals": ["UZ 448812"]}],
    "persons": [{"names": [{"script": "Latn", "text": "F. R."}], "birth": "1988-03",
                 "nationality": "AF", "role": "driver", "status": "arrested",
                 "document": {"type": "passport", "number": "A1", "issuer": "AF"}}],
    "packaging": {"marks": "three crowns"}, "detection": "dog", "arrests": 2,
    "wants_controlled_delivery": true, "evaluation": {"source": "A", "information": 1},
    "text": {"language": "en", "text": "In the tank."}})";

struct Row {
    const char* pointer;  // of the field that is changed
    const char* value;    // JSON; "" removes it
    Errc error;
    const char* where;
};

}  // namespace

TEST_CASE("a full seizure alert is read, and its payload reads back from what is rendered") {
    const auto messages = must(client::parse_messages(kAlert));
    REQUIRE(messages.size() == 1);
    CHECK(messages.front().warnings.empty());
    const client::Draft& draft = messages.front().draft;
    CHECK(draft.options.to == std::vector{office("AF-SKB-BLO")});
    CHECK(draft.options.urgency == schemas::Urgency::Flash);
    const auto& alert = std::get<schemas::SeizureAlert>(draft.payload);
    CHECK(alert.goods.front().quantity.thousandths == 12'450);
    CHECK(alert.goods.front().purity->per_mille == 625);
    CHECK(alert.place.coordinates->latitude_e7 == 371'900'000);
    CHECK(time_text(alert.time) == "2026-11-20T05:40:00Z");
    const auto again = must(client::parse_messages(client::render_payload(draft.payload)));
    CHECK(again.front().draft.payload == draft.payload);
}

TEST_CASE("only six fields of a seizure alert are mandatory") {
    const auto messages = must(client::parse_messages(
        R"([{"place":{"country":"TJ"},"time":"2026-11-20T05:40Z","substance":{"name":"heroin"},
             "quantity":{"value":"1","unit":"KGM"},"mode":"road","agency":"TJ-DCA"}])",
        schemas::Kind::SeizureAlert));
    CHECK(messages.size() == 1);
}

TEST_CASE("every wrong field is named by its pointer") {
    const std::vector<Row> rows{
        {"/colour", "1", Errc::FieldUnknown, "/colour"},
        {"/place/planet", "\"Mars\"", Errc::FieldUnknown, "/place/planet"},
        {"/persons/0/names/0/font", "1", Errc::FieldUnknown, "/persons/0/names/0/font"},
        {"/place", "", Errc::FieldMissing, "/place"},
        {"/time", "", Errc::FieldMissing, "/time"},
        {"/substance", "", Errc::FieldMissing, "/substance"},
        {"/quantity", "", Errc::FieldMissing, "/quantity"},
        {"/mode", "", Errc::FieldMissing, "/mode"},
        {"/agency", "", Errc::FieldMissing, "/agency"},
        {"/kind", "", Errc::FieldMissing, "/kind"},
        {"/substance/name", "", Errc::FieldMissing, "/substance/name"},
        {"/kind", "\"parking-ticket\"", Errc::FieldInvalid, "/kind"},
        {"/to/0", "\"lower-case\"", Errc::FieldInvalid, "/to/0"},
        {"/time", "\"2026-02-30T00:00:00Z\"", Errc::FieldInvalid, "/time"},
        {"/time", "\"2026-11-20T05:40:00+05:00\"", Errc::FieldInvalid, "/time"},
        {"/quantity/value", "\"24,6\"", Errc::FieldInvalid, "/quantity/value"},
        {"/quantity/value", "\"1.2345\"", Errc::FieldInvalid, "/quantity/value"},
        {"/quantity/value", "\"0\"", Errc::FieldInvalid, "/quantity/value"},
        {"/quantity/value", "12.45", Errc::FieldInvalid, "/quantity/value"},
        {"/quantity/unit", "\"kilo\"", Errc::FieldInvalid, "/quantity/unit"},
        {"/purity/percent", "\"100.1\"", Errc::FieldInvalid, "/purity/percent"},
        {"/place/latitude", "90.5", Errc::FieldInvalid, "/place/latitude"},
        {"/urgency", "\"soon\"", Errc::FieldInvalid, "/urgency"},
        {"/personal_data", "\"yes\"", Errc::FieldInvalid, "/personal_data"},
        {"/case", "\"00\"", Errc::FieldInvalid, "/case"},
        {"/case", "\"00000000000000000000000000000000\"", Errc::FieldInvalid, "/case"},
        {"/to", "[\"AF-SKB-BLO\",\"UZ-TRZ-BLO\",\"AF-SKB-BLO\"]", Errc::FieldInvalid, "/to/2"},
        {"/persons/0/birth", "\"88\"", Errc::FieldInvalid, "/persons/0/birth"},
        {"/evaluation/information", "5", Errc::FieldInvalid, "/evaluation/information"},
        {"/conveyances/0/mode", "\"sea\"", Errc::FieldInvalid, "/conveyances/0/mode"},
        {"/arrests", "-1", Errc::FieldInvalid, "/arrests"},
    };
    for (const Row& row : rows) {
        json::value document = json::parse(kAlert);
        const std::string pointer = row.pointer;
        const auto cut = pointer.rfind('/');
        json::value& parent = cut == 0 ? document : document.at_pointer(pointer.substr(0, cut));
        const std::string name = pointer.substr(cut + 1);
        if (parent.is_array()) {
            parent.as_array()[std::stoul(name)] = json::parse(row.value);
        } else if (row.value[0] == '\0') {
            parent.as_object().erase(name);
        } else {
            parent.as_object()[name] = json::parse(row.value);
        }
        CAPTURE(row.pointer);
        CAPTURE(row.value);
        const auto result = client::parse_messages(json::serialize(document));
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == row.error);
        const std::string& said = result.error().context;
        CHECK(said.substr(0, said.find(": ")) == row.where);
    }
}

TEST_CASE("pointers into a list begin with the place in the list") {
    const std::string text = "[" + std::string(kAlert) + R"(,{"kind":"seizure-alert"}])";
    const auto result = client::parse_messages(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().context.starts_with("/1/place: "));
}

TEST_CASE("a failed check digit is a warning and the number is sent as observed") {
    json::value document = json::parse(kAlert);
    document.at_pointer("/conveyances/0").as_object()["container"] = "CSQU3054384";
    document.at_pointer("/substance").as_object()["cas"] = "561-27-4";
    const auto messages = must(client::parse_messages(json::serialize(document)));
    REQUIRE(messages.front().warnings.size() == 2);
    CHECK(messages.front().warnings[0].pointer == "/substance/cas");
    CHECK(messages.front().warnings[1].pointer == "/conveyances/0/container");
    const auto& alert = std::get<schemas::SeizureAlert>(messages.front().draft.payload);
    CHECK(alert.conveyance.container == "CSQU3054384");
}

TEST_CASE("the other kinds read back from what is rendered") {
    const std::vector<const char*> texts{
        R"({"kind":"info-request","question":"vehicle","subject":"01 A 777 BC",
            "justification":"seizure of 20 November","usable_in_court":true})",
        R"({"kind":"info-reply","in_reply_to":"01930000-0000-7000-8000-000000000001",
            "result":"found","answer":"registered in Termez"})",
        R"({"kind":"correction","target":"01930000-0000-7000-8000-000000000001",
            "changes":[{"field":"purity","before":"62.5","after":"48.2"}],"reason":"laboratory"})",
        R"({"kind":"recall","target":"01930000-0000-7000-8000-000000000001","reason":"wrong office"})",
    };
    for (const char* text : texts) {
        CAPTURE(text);
        const auto first = must(client::parse_messages(text)).front().draft.payload;
        const auto again = must(client::parse_messages(client::render_payload(first)));
        CHECK(again.front().draft.payload == first);
    }
}

TEST_CASE("what is no JSON, too deep or empty is refused") {
    CHECK(error_of(client::parse_messages("{")) == Errc::JsonInvalid);
    CHECK(error_of(client::parse_messages(std::string(100, '['))) == Errc::JsonInvalid);
    CHECK(error_of(client::parse_messages("[]")) == Errc::FieldMissing);
    CHECK(error_of(client::parse_messages("7")) == Errc::FieldInvalid);
}

TEST_CASE("times read back") {
    for (const char* text : {"1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2100-03-01T00:00:00Z",
                             "2026-11-21T12:00:00.250Z"}) {
        CHECK(time_text(parse_time(text).value()) == text);
    }
    for (const char* text : {"2023-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21",
                             "2026-11-21T24:00:00Z", "1969-12-31T00:00:00Z"}) {
        CHECK_FALSE(parse_time(text).has_value());
    }
}

}  // namespace chapar::testing
