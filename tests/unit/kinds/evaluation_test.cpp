// The grade of source and information, and TLP: what every message may carry.
#include <doctest/doctest.h>

#include "schemas/content_codec.h"
#include "schemas/kinds.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/kind_examples.h"
#include "schemas/kinds/kind_json.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"

namespace chapar::testing {

namespace json = boost::json;

// Fails if a kind has no place for them, or loses one of them on its way.
TEST_CASE("source, information and TLP are given, sealed, opened and shown in every kind") {
    std::size_t kinds = 0;
    for (const schemas::KindExample& example : schemas::kind_examples()) {
        CAPTURE(example.kind);
        json::object message = json::parse(example.json).as_object();
        message["evaluation"] = json::object{{"source", "X"}, {"information", "4"}};
        message["tlp"] = "AMBER+STRICT";
        REQUIRE(verdict(message) == "");
        const auto parsed = must(client::parse_messages(json::serialize(message)));
        const Bytes sealed = must(schemas::encode_content(content_of(parsed.front().draft)));
        const auto opened = must(schemas::decode_content(sealed));
        const json::object shown = schemas::json_of_payload(opened.payload);
        CHECK(shown.at("evaluation") == message.at("evaluation"));
        CHECK(shown.at("tlp") == "AMBER+STRICT");
        ++kinds;
    }
    CHECK(kinds == schemas::all_kinds().size());
}

TEST_CASE("each of the sixteen grades and five colours is its own") {
    json::object message = example_of("op-call");
    std::size_t tried = 0;
    for (const schemas::CodeRow& source : schemas::find_codes("source-grades")->rows) {
        for (const schemas::CodeRow& information :
             schemas::find_codes("information-grades")->rows) {
            message["evaluation"] =
                json::object{{"source", source.code}, {"information", information.code}};
            const auto parsed = must(client::parse_messages(json::serialize(message)));
            const json::object shown = schemas::json_of_payload(parsed.front().draft.payload);
            CHECK(shown.at("evaluation") == message.at("evaluation"));
            ++tried;
        }
    }
    CHECK(tried == 16);
    CHECK(schemas::find_codes("tlp")->rows.size() == 5);
    message["evaluation"] = json::object{{"source", "D"}, {"information", "1"}};
    CHECK(verdict(message).starts_with("input.field-invalid /evaluation/source"));
    message["evaluation"] = json::object{{"source", "A"}, {"information", "5"}};
    CHECK(verdict(message).starts_with("input.field-invalid /evaluation/information"));
}

}  // namespace chapar::testing
