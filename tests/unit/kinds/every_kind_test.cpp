// What holds of every kind alike: its example, its fields one by one, its schema.
#include <doctest/doctest.h>

#include <set>

#include "schemas/content_codec.h"
#include "schemas/kinds.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/kind_examples.h"
#include "schemas/kinds/kind_json.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;

// Every place in a value, as a pointer; the root is "".
void pointers(const json::value& value, const std::string& at, std::vector<std::string>& out) {
    out.push_back(at);
    if (const auto* object = value.if_object()) {
        for (const auto& each : *object) {
            pointers(each.value(), at + "/" + std::string(each.key()), out);
        }
    }
    if (const auto* list = value.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            pointers((*list)[i], at + "/" + std::to_string(i), out);
        }
    }
}

}  // namespace

// Fails if a kind has no example, or the mapping loses or adds a field of one.
TEST_CASE("the example of every kind is read, sealed, opened and shown as it was written") {
    std::size_t fields = 0;
    std::set<std::string> seen;
    for (const schemas::KindExample& example : schemas::kind_examples()) {
        CAPTURE(example.kind);
        const json::object written = json::parse(example.json).as_object();
        const auto read = client::parse_messages(example.json);
        REQUIRE_MESSAGE(read.has_value(), verdict(written));
        const client::Draft& draft = read->front().draft;
        const schemas::SealedContent content = content_of(draft);
        const auto bytes = schemas::encode_content(content);
        REQUIRE_MESSAGE(bytes.has_value(), verdict(written));
        const auto opened = schemas::decode_content(*bytes);
        REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().context));
        CHECK(*opened == content);
        CHECK(schemas::encode_content(*opened).value() == *bytes);
        const json::object shown = schemas::json_of_payload(opened->payload);
        CHECK(json::value(shown) == json::value(payload_part(written)));
        const auto again = must(client::parse_messages(client::render_payload(opened->payload)));
        CHECK(again.front().draft.payload == draft.payload);
        std::vector<std::string> places;
        pointers(shown, "", places);
        fields += places.size() - 1;
        seen.emplace(example.kind);
    }
    for (const schemas::KindInfo& kind : schemas::all_kinds())
        CHECK(seen.contains(std::string(kind.name)));
    MESSAGE(seen.size() << " examples with " << fields << " values round-trip");
}

// Fails if a value that the field cannot be is passed, or the error names another field.
TEST_CASE("each value of every example is refused where it is something else, and is named") {
    std::size_t tried = 0;
    for (const schemas::KindExample& example : schemas::kind_examples()) {
        const json::object written = json::parse(example.json).as_object();
        std::vector<std::string> places;
        pointers(payload_part(written), "", places);
        for (const std::string& place : places) {
            if (place.empty()) continue;
            const json::value good = json::value(written).at_pointer(place);
            for (const json::value& bad : bad_json_values(good)) {
                json::value changed = written;
                changed.at_pointer(place) = bad;
                const std::string said = verdict(changed.as_object());
                CAPTURE(example.kind);
                CAPTURE(place);
                CAPTURE(json::serialize(bad).substr(0, 60));
                CAPTURE(said);
                CHECK_FALSE(said.empty());
                CHECK(is_about(said, place));
                ++tried;
            }
        }
    }
    MESSAGE(tried << " bad values refused");
}

// Fails if an object takes a field that its struct does not have.
TEST_CASE("a field that nobody knows is refused wherever it stands, and the known ones are named") {
    std::size_t tried = 0;
    for (const schemas::KindExample& example : schemas::kind_examples()) {
        const json::object written = json::parse(example.json).as_object();
        std::vector<std::string> places;
        pointers(payload_part(written), "", places);
        for (const std::string& place : places) {
            json::value changed = written;
            json::value& object = place.empty() ? changed : changed.at_pointer(place);
            if (!object.is_object()) continue;
            object.as_object()["nonsense"] = 1;
            const std::string said = verdict(changed.as_object());
            CAPTURE(example.kind);
            CAPTURE(said);
            CHECK(said.starts_with("input.field-unknown " + place + "/nonsense: allowed: "));
            ++tried;
        }
    }
    MESSAGE(tried << " unknown fields refused");
}

// Fails if a field that must be given may be left out.
TEST_CASE("every field that must be given is missed by its own name") {
    std::size_t tried = 0;
    for (const schemas::KindExample& example : schemas::kind_examples()) {
        const schemas::KindInfo* kind = schemas::find_kind(example.kind);
        REQUIRE(kind != nullptr);
        for (const schemas::FieldLine& field : schemas::field_lines(kind->kind)) {
            const bool top = field.path.find_first_of(".[") == std::string::npos;
            json::object written = json::parse(example.json).as_object();
            if (!field.must || !top) continue;
            CAPTURE(example.kind);
            CAPTURE(field.path);
            REQUIRE(written.contains(field.path));
            written.erase(field.path);
            const std::string said = verdict(written);
            CAPTURE(said);
            // Of an alert the short form is asked for, when nothing of the long one is there.
            const bool shortened = said.starts_with("input.field-missing /substance") ||
                                   said.starts_with("input.field-missing /mode");
            CHECK((shortened || said.starts_with("input.field-missing /" + field.path)));
            ++tried;
        }
    }
    MESSAGE(tried << " mandatory fields missed");
}

// Fails if an annotation names a list that has no file, or two fields have one name.
TEST_CASE("the rows of every kind name lists that exist, and each path once") {
    std::size_t fields = 0;
    std::size_t rules = 0;
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        std::set<std::string> paths;
        for (const schemas::FieldLine& field : schemas::field_lines(kind.kind)) {
            CAPTURE(kind.name);
            CAPTURE(field.path);
            CHECK_FALSE(field.allowed.empty());
            CHECK(paths.insert(field.path).second);
            ++fields;
        }
        rules += schemas::rule_lines(kind.kind).size();
        const json::object schema = schemas::json_schema(kind.kind);
        CHECK(schema.at("title") == json::value(kind.name));
    }
    MESSAGE(fields << " fields, " << rules << " rules between fields");
}

}  // namespace chapar::testing
