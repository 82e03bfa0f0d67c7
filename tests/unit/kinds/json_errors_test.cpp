// What somebody is told whose JSON cannot be read: where, what was found, what is allowed.
#include <doctest/doctest.h>

#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;

std::string told(std::string_view text) {
    const auto read = client::parse_messages(text);
    return read ? "" : read.error().context;
}

std::string told_of(const char* at, json::value value) {
    json::value message = example_of("seizure-alert");
    const std::string pointer(at);
    const std::size_t slash = pointer.rfind('/');
    json::value& parent = message.at_pointer(pointer.substr(0, slash));
    if (json::object* const object = parent.if_object()) {
        (*object)[pointer.substr(slash + 1)] = std::move(value);
    } else {
        parent.at_pointer(pointer.substr(slash)) = std::move(value);
    }
    return told(json::serialize(message));
}

}  // namespace

// Fails if a person must look for a comma in a file of a thousand lines.
TEST_CASE("what is no JSON is told by line and column, with what was found there") {
    CHECK(told("{\"kind\": \"cd-outcome\",\n \"state\": \"UZ\",}") ==
          "line 2, column 16: syntax error; found '}'");
    CHECK(told("{\"text\": \"\u0438\u0438\" x}") == "line 1, column 15: syntax error; found 'x'");
    CHECK(told("{\"kind\": \"cd-outcome\"").starts_with("line 1, column 22: "));
    CHECK(told("{\"kind\": \"cd-outcome\"").ends_with("; the text ends there"));
    CHECK(told("") == "line 1, column 1: incomplete JSON; the text ends there");
    CHECK(told("{}\n\n x") == "line 3, column 2: extra data; found 'x'");
    CHECK(told("\u202e{}") == "line 1, column 1: syntax error; found '\\u{202E}'");
    const std::string twice = told("{\"kind\": 1,\n \"kind\": 2}");
    CHECK(twice.starts_with("line 2, column "));
    CHECK(twice.ends_with("the name 'kind' stands twice in one object"));
    // Fails if the empty name is taken for none: the parser went on after its error.
    CHECK(told("{\"\": 1, \"\": 2}").ends_with("the name '' stands twice in one object"));
}

TEST_CASE("a value around the payload that cannot be is told with what was found and what may be") {
    CHECK(told_of("/to", "AF-SKB-BLO") == "/to: found 'AF-SKB-BLO'; allowed: a list");
    CHECK(
        told_of("/to/0", "Hairatan!").starts_with("/to/0: found 'Hairatan!'; allowed: an office"));
    CHECK(told_of("/urgency", "soon") ==
          "/urgency: found 'soon'; allowed: one of FLASH URGENT PRIORITY ROUTINE");
    CHECK(told_of("/personal_data", 1) == "/personal_data: found '1'; allowed: true or false");
    CHECK(told_of("/expires", "tomorrow").starts_with("/expires: found 'tomorrow'; allowed: RFC"));
    CHECK(told_of("/case", "12") == "/case: found '12'; allowed: 32 hexadecimal digits");
    CHECK(told_of("/in_reply_to", "12") == "/in_reply_to: found '12'; allowed: a UUID");
    CHECK(told_of("/derived_from", json::array{"x"}) ==
          "/derived_from/0: found 'x'; allowed: a UUID");
    CHECK(told("[1]") == "/0: found '1'; allowed: an object");
    CHECK(told(R"({"kind":"pigeon"})").starts_with("/kind: found 'pigeon'; allowed: "));
}

TEST_CASE("a rule between fields says what was found, where one value stands at its place") {
    CHECK(told_of("/place/subdivision", "UZ-SU").starts_with("/place/subdivision: found 'UZ-SU'"));
    json::value message = example_of("cd-request");
    message.at_pointer("/legs/0/number") = 2;
    CHECK(told(json::serialize(message)).starts_with("/legs/0/number: found '2'; allowed: "));
}

TEST_CASE("what the short form cannot say is told with what was found") {
    constexpr std::string_view kAlert = R"({"kind":"seizure-alert","more_goods":7})";
    CHECK(told(kAlert) == "/more_goods: found '7'; allowed: a list of goods");
}

}  // namespace chapar::testing
