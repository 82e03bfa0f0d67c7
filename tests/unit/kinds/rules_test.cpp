// Rules between fields, one row each; and what hostile or unusual JSON comes to.
#include <doctest/doctest.h>

#include "schemas/base/limits.h"
#include "schemas/content_codec.h"
#include "schemas/kinds/kind_json.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"
#include "tests/unit/schemas/samples.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;

struct Row {
    const char* kind;
    const char* at;                                         // pointer of the field that is changed
    const char* value;                                      // JSON; "" removes it
    const char* said;                                       // how the verdict begins
    std::vector<std::pair<const char*, const char*>> also;  // more such changes
};

void change(json::value& message, const std::string& pointer, const std::string& value) {
    const auto cut = pointer.rfind('/');
    json::value& parent = cut == 0 ? message : message.at_pointer(pointer.substr(0, cut));
    const std::string name = pointer.substr(cut + 1);
    if (value.empty()) {
        parent.as_object().erase(name);
    } else if (parent.is_array()) {
        parent.as_array()[std::stoul(name)] = json::parse(value);
    } else {
        parent.as_object()[name] = json::parse(value);
    }
}

json::object changed(const Row& row) {
    json::value message = example_of(row.kind);
    change(message, row.at, row.value);
    for (const auto& [at, value] : row.also) change(message, at, value);
    return message.as_object();
}

constexpr const char* kOther = "\"OTHER\"";
constexpr const char* kUnexplained = "input.field-missing /explanation";

const Row kRows[] = {
    {"cd-itinerary", "/legs/0/number", "2", "input.field-invalid /legs/0/number", {}},
    {"cd-itinerary", "/legs/1/from", "\"TM\"", "input.field-invalid /legs/1/from", {}},
    {"cd-itinerary",
     "/legs/1/window/from",
     "\"2026-11-01T03:00:00Z\"",
     "input.field-invalid /legs/1/window",
     {}},
    {"fiu-reply", "/result", "\"FOUND\"", "input.field-missing /answer", {{"/answer", ""}}},
    {"cd-request", "/legs/1/from", "\"UZ\"", "input.field-invalid /legs/1/from", {}},
    {"cd-request",
     "/legs/1/window/from",
     "\"2026-11-24T03:00:00Z\"",
     "input.field-invalid /legs/1/window",
     {}},
    {"cd-start", "/seals", "", "input.field-missing /seals", {}},
    {"info-refusal", "/evaluation", R"({"source":"A"})", "input.field-missing /evaluation", {}},
    {"info-refusal", "/text", R"({"text":"a"})", "input.field-missing /text/language", {}},
    {"info-refusal", "/text", R"({"language":"en"})", "input.field-missing /text/text", {}},
    {"cd-refusal", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"cd-itinerary", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"lookout-cancel", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"interim-reply", "/delay", kOther, kUnexplained, {{"/explanation", ""}}},
    {"info-refusal", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"objection", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"more-time", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"release-deny", "/reason", kOther, kUnexplained, {{"/explanation", ""}}},
    {"mla-status", "/status", "\"REFUSED\"", kUnexplained, {{"/explanation", ""}}},
    {"tasking", "/step", "\"DECLINE\"", kUnexplained, {{"/explanation", ""}}},
    {"tasking", "/step", "\"ASSIGN\"", "input.field-missing /task", {{"/task", ""}}},
    {"recall-done", "/result", "\"NOT_DONE\"", "input.field-missing /reason", {{"/reason", ""}}},
    {"lookout-coerce", "/action", "\"ARREST\"", "input.field-missing /warrant", {{"/warrant", ""}}},
    {"lookout-inform",
     "/valid/until",
     "\"2027-11-20T00:00:00Z\"",
     "input.field-invalid /valid/until",
     {}},
    {"precursor-incident",
     "/incident",
     "\"THEFT\"",
     "input.field-invalid /laboratory",
     {{"/laboratory", "\"EXTRACTION\""}}},
    {"fiu-request",
     "/persons",
     "",
     "input.field-missing /persons",
     {{"/companies", ""}, {"/accounts", ""}}},
    {"stat-report",
     "/rows/0",
     R"({"substance":"heroin","list":"ND61"})",
     "input.field-invalid /rows/0/suppressed",
     {}},
    {"seizure-alert",
     "/place/subdivision",
     "\"UZ-SU\"",
     "input.field-invalid /place/subdivision",
     {}},
    {"cd-request", "/legs/0/number", "2", "input.field-invalid /legs/0/number", {}},
    {"cd-request",
     "/legs/0/window/until",
     "\"2020-01-01T00:00:00Z\"",
     "input.field-invalid /legs/0/window/until",
     {}},
    {"cd-request",
     "/controller/around_the_clock",
     "false",
     "input.field-invalid /controller/around_the_clock",
     {}},
    {"cd-request",
     "/treatment",
     R"({"kind":"INTACT","percent":"95.0"})",
     "input.field-missing /treatment/percent",
     {}},
    {"cd-request",
     "/treatment",
     R"({"kind":"REMOVED_PART"})",
     "input.field-missing /treatment/percent",
     {}},
    {"cd-request", "/classification", "\"RESTRICTED\"", "input.field-invalid classification", {}},
    {"cd-consent", "/authority/country", "\"KZ\"", "input.field-invalid /authority/country", {}},
    {"cd-consent",
     "/valid/until",
     "\"2026-11-23T10:00:00Z\"",
     "input.field-invalid /valid/until",
     {}},
    {"cd-consent",
     "/conditions/0",
     R"({"kind":"OTHER"})",
     "input.field-missing /conditions/0/text",
     {}},
    {"cd-consent",
     "/contact",
     R"({"name":"B. Karimov"})",
     "input.field-missing /contact/phone",
     {}},
    {"cd-start", "/weight/measured", "\"estimated\"", "input.field-invalid /weight/measured", {}},
    {"cd-incident", "/last_seen", "", "input.field-missing /last_seen", {}},
    {"lookout-coerce",
     "/valid/until",
     "\"2027-11-20T00:00:00Z\"",
     "input.field-invalid /valid/until",
     {}},
    {"lookout-hit", "/found", R"({"kind":"PERSON"})", "input.field-missing /found/person", {}},
    {"lookout-hit",
     "/found",
     R"({"kind":"CONTAINER","conveyance":{"mode":"road","plate":"1"}})",
     "input.field-missing /found/conveyance",
     {}},
    {"info-reply", "/answer", "", "input.field-missing /answer", {}},
    {"info-reply", "/outcome", "\"DUPLICATE\"", "input.field-invalid /result", {}},
    {"info-reply",
     "/outcome",
     "\"USED\"",
     "input.field-invalid /result",
     {{"/result", "\"NOT_FOUND\""}}},
    {"info-reply", "/arrests", "2", "input.field-invalid /arrests", {}},
    {"info-reply",
     "/arrests",
     "2",
     "input.field-invalid /arrests",
     {{"/result", "\"NOT_FOUND\""}, {"/outcome", "\"NOT_USEFUL\""}}},
    {"pre-export-notice", "/exporter/address", "", "input.field-missing /exporter/address", {}},
    {"pre-export-notice", "/dispatch", "\"2026-12\"", "input.field-invalid /dispatch", {}},
    {"match-filter", "/count", "9", "input.field-invalid /count", {}},
    {"stat-report", "/rows/0/suppressed", "true", "input.field-invalid /rows/0/suppressed", {}},
    {"approval", "/reason", "", "input.field-missing /reason", {}},
    {"approval",
     "/audience",
     "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
     "input.field-missing /audience",
     {}},
    {"nps-notice", "/substance/inchi_key", "", "input.field-missing /substance/inchi_key", {}},
    {"nps-notice", "/spectra/0/attachment", "31", "input.field-invalid spectra[0].attachment", {}},
    {"op-call",
     "/window/until",
     "\"2020-01-01T00:00:00Z\"",
     "input.field-invalid /window/until",
     {}},
};

constexpr std::string_view kNote =
    R"({"kind":"info-refusal","reason":"LAW","text":{"language":"en","text":)";

std::string note_of(std::string_view literal) {
    const auto read = client::parse_messages(std::string(kNote) + std::string(literal) + "}}");
    if (!read) return std::string(text_of(read.error().code).code);
    const json::object shown = schemas::json_of_payload(read->front().draft.payload);
    return std::string(shown.at("text").at("text").as_string());
}

}  // namespace

TEST_CASE("each rule between fields refuses what breaks it, at the field that it is about") {
    for (const Row& row : kRows) {
        CAPTURE(std::string(row.kind) + " " + row.at + " " + row.value);
        const std::string said = verdict(changed(row));
        CAPTURE(said);
        CHECK(said.starts_with(row.said));
    }
}

// Fails if hexadecimal letters of an escape are misread: a script that writes ASCII JSON writes all
// Cyrillic and Arabic so.
TEST_CASE("escapes are read as the characters that they stand for") {
    CHECK(note_of(R"("\u00e9")") == "\u00e9");
    CHECK(note_of(R"("\u00E9")") == "\u00e9");
    CHECK(note_of(R"("\u043a\u043e\u0434")") == "код");
    CHECK(note_of(R"("\u0641\u0627")") == "فا");
    CHECK(note_of(R"("\ud83d\ude9a")") == "\xF0\x9F\x9A\x9A");
    CHECK(note_of(R"("\uabcd\uABCD")") == "\uabcd\uabcd");
    CHECK(note_of(R"("\n\t\"\\\/")") == "\n\t\"\\/");
    CHECK(note_of(R"("\ud83d")") == "input.json");
    CHECK(note_of(R"("\u00")") == "input.json");
    CHECK(note_of(R"("\u0000")") == "input.field-invalid");
    CHECK(note_of("\"\xC3\x28\"") == "input.json");
}

// Fails if the last of two equal names counts, however they are written.
TEST_CASE("a name that stands twice in one object is refused") {
    CHECK(note_of(R"("a","text":"b")") == "input.json");
    CHECK(note_of(R"("a","te\u0078t":"b")") == "input.json");
    CHECK(error_of(client::parse_messages(
              R"({"kind":"cd-outcome","kind":"cd-outcome","state":"UZ"})")) == Errc::JsonInvalid);
    CHECK(client::parse_messages(
              R"([{"kind":"cd-outcome","state":"UZ"},{"kind":"cd-outcome","state":"UZ"}])")
              .has_value());
}

TEST_CASE("JSON that is too deep, too large or goes on after its end is refused") {
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += R"({"text":)";
    CHECK(error_of(client::parse_messages(deep)) == Errc::JsonInvalid);
    CHECK(error_of(client::parse_messages(std::string(5 * 1024 * 1024, ' '))) == Errc::TooLarge);
    CHECK(error_of(client::parse_messages(R"({"kind":"cd-outcome","state":"UZ"} x)")) ==
          Errc::JsonInvalid);
    CHECK(error_of(client::parse_messages(R"({"kind":"cd-outcome","state":"UZ",})")) ==
          Errc::JsonInvalid);
}

TEST_CASE("whatever is said of a delivery is CONFIDENTIAL at least") {
    for (const char* kind :
         {"cd-request", "cd-consent", "cd-refusal", "cd-itinerary", "cd-start", "handover-offer",
          "handover-accept", "cd-report", "cd-incident", "cd-terminate", "cd-outcome"}) {
        json::object message = example_of(kind);
        message["classification"] = "SECRET";
        CHECK(verdict(message).empty());
        message["classification"] = "RESTRICTED";
        CAPTURE(std::string(kind));
        CHECK(verdict(message) == "input.field-invalid classification");
    }
}

TEST_CASE("codes are read in either case and kept in their list's spelling") {
    const auto read =
        must(client::parse_messages(R"({"kind":"cd-refusal","state":"uz","reason":"too_late"})"));
    const json::object shown = schemas::json_of_payload(read.front().draft.payload);
    CHECK(shown.at("state") == "UZ");
    CHECK(shown.at("reason") == "TOO_LATE");
}

TEST_CASE("a failed check digit warns and is sent as observed, whatever the kind") {
    json::value message = example_of("lookout-hit");
    json::value& found = message.at("found");
    found = json::object{{"kind", "CONTAINER"},
                         {"conveyance", {{"mode", "road"}, {"container", "CSQU3054384"}}}};
    const auto read = must(client::parse_messages(json::serialize(message)));
    REQUIRE(read.front().warnings.size() == 1);
    CHECK(read.front().warnings[0].pointer == "/found/conveyance/container");
    found.at("conveyance").as_object()["plate"] = "01 A 777 BC";
    const auto plate = must(client::parse_messages(json::serialize(message)));
    REQUIRE(plate.front().warnings.size() == 2);
    CHECK(plate.front().warnings[1].pointer == "/found/conveyance/country");
}

// Fails if a rule that only warns refuses, or digits of Dari and Arabic are not read.
TEST_CASE("dates of both calendars and digits of three alphabets are read") {
    const auto birth = [](const char* written) {
        json::value message = example_of("fiu-request");
        message.at_pointer("/persons/0").as_object()["birth"] = json::parse(written);
        const auto read = must(client::parse_messages(json::serialize(message)));
        const json::value shown = schemas::json_of_payload(read.front().draft.payload);
        return std::pair(shown.at_pointer("/persons/0/birth"), read.front().warnings.size());
    };
    CHECK(birth("\"1988-03-17\"") == std::pair(json::value("1988-03-17"), 0UL));
    CHECK(birth("\"۱۹۸۸-۰۳\"") == std::pair(json::value("1988-03"), 0UL));
    CHECK(birth("\"1988-02-30\"").second == 1);
    const auto solar = birth(R"({"date":"١٣٦٧-١٢-٢٩","calendar":"solar-hijri"})");
    CHECK(solar.first == json::value({{"date", "1367-12-29"}, {"calendar", "solar-hijri"}}));
    CHECK(solar.second == 0);
    CHECK(birth(R"({"date":"1366-12-30","calendar":"solar-hijri"})").second == 0);  // a leap year
    CHECK(birth(R"({"date":"1367-12-30","calendar":"solar-hijri"})").second == 1);
}

// Fails if a header that contradicts its payload is passed.
TEST_CASE("the header says what the kind demands of it") {
    const auto check = [](const char* kind, auto change) {
        const auto read = must(client::parse_messages(json::serialize(example_of(kind))));
        schemas::SealedContent content = content_of(read.front().draft);
        schemas::Header header = plain_header(content.manifest.kind);
        header.classification = content.manifest.classification;
        header.personal_data = true;
        header.reply_by = header.expires_at;
        header.urgency = schemas::Urgency::Flash;
        content.manifest.message_id = header.message_id;
        content.manifest.sender = header.sender;
        content.manifest.case_id = header.case_id;
        change(header);
        const Status status = schemas::check_manifest(header, content);
        return status ? "" : status.error().context;
    };
    const auto nothing = [](schemas::Header&) {};
    const auto no_reply = [](schemas::Header& h) { h.reply_by = TimeMs(); };
    CHECK(check("cd-request", nothing).empty());
    CHECK(check("cd-request", no_reply).starts_with("reply_by: "));
    CHECK(check("pre-export-notice", no_reply).starts_with("reply_by: "));
    CHECK(check("cd-incident", [](schemas::Header& h) {
              h.urgency = schemas::Urgency::Urgent;
          }).starts_with("urgency: FLASH"));
    CHECK(check("fiu-request", [](schemas::Header& h) { h.personal_data = false; }) ==
          "personalData");
    CHECK(check("cd-terminate", [](schemas::Header& h) {
              h.urgency = schemas::Urgency::Urgent;
          }).starts_with("urgency: FLASH"));
    CHECK(check("cd-report", nothing).empty());
    CHECK(check("cd-report", no_reply).starts_with("reply_by: "));
    const auto later = [](schemas::Header& h) { h.created = h.expires_at = limits::kLatestTime; };
    for (const char* kind : {"lookout-inform", "lookout-coerce", "match-filter"}) {
        CAPTURE(std::string(kind));
        CHECK(check(kind, [](schemas::Header& h) { h.expires_at = TimeMs(1); }).empty());
        CHECK(check(kind, later).starts_with("expires: "));
    }
    CHECK(check("interim-reply", [](schemas::Header& h) { h.created = TimeMs(1); }).empty());
    CHECK(check("interim-reply", later).starts_with("expected: "));
    CHECK(check("more-time", later).starts_with("until: "));
    CHECK(check("lookout-cancel", nothing) == "supersedes");
    CHECK(check("release-request", nothing) == "inReplyTo");
    CHECK(check("stat-report", nothing).starts_with("purpose: STATISTICS"));
}

}  // namespace chapar::testing
