// Every field of every kind, those that no example has too: what it can never be, on the wire and
// in JSON, and that it survives both.
#include <doctest/doctest.h>

#include "schemas/kinds.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/payload_schema.h"
#include "schemas/kinds/typed_payload.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/each_kind.h"
#include "tests/unit/kinds/examples.h"
#include "tests/unit/kinds/field_values.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;
using schemas::SchemaField;

using Each = std::function<void(const SchemaField&, const Way&, const std::string&)>;

// Calls `each(field, way, path)` for every field of a struct and of those inside it; where a list
// stands, of its first element.
void for_each_field(capnp::StructSchema schema, const Way& way, const std::string& prefix,
                    const Each& each) {
    for (const SchemaField& field : schemas::fields_of(schema)) {
        if (field.is_flag) continue;
        const std::string path =
            field.notes.flat ? prefix : schemas::joined(prefix, field.notes.json_name);
        each(field, way, path);
        const bool is_list = field.type.isList();
        const capnp::Type inner = is_list ? field.type.asList().getElementType() : field.type;
        if (!inner.isStruct()) continue;
        Way further = way;
        further.push_back(field);
        for_each_field(inner.asStruct(), further, is_list ? path + "[0]" : path, each);
    }
}

// The example of a kind, to be changed. Without the type of its struct: one body for all kinds.
class Example {
  public:
    explicit Example(const schemas::KindInfo& kind)
        : member_(*schemas::find_member(kind.kind)), words_(words_of(kind)) {}

    [[nodiscard]] capnp::StructSchema schema() const { return member_.schema; }
    // With one change to the struct at the end of `way`.
    template <typename Change>
    [[nodiscard]] Result<schemas::Payload> changed(const Way& way, const Change& change) const {
        schemas::OpenPayload open(member_.kind);
        copy_fields(words_.message().getRoot<capnp::DynamicStruct>(member_.schema), open.root());
        change(part_at(open.root(), way));
        return open.finish();
    }

  private:
    static schemas::CheckedWords words_of(const schemas::KindInfo& kind) {
        const auto read = must(client::parse_messages(json::serialize(example_of(kind.name))));
        return must(schemas::CheckedWords::of(read.front().draft.payload, kind.kind));
    }
    const schemas::PayloadMember& member_;
    schemas::CheckedWords words_;
};

std::string pointer_of(const std::string& path) {
    std::string out = "/";
    for (const char c : path) {
        if (c == '.' || c == '[') out += '/';
        if (c != '.' && c != '[' && c != ']') out += c;
    }
    return out;
}

struct Counts {
    std::size_t fields = 0, wire = 0, json = 0, round_trips = 0, only_with_others = 0;
};

// The field as JSON, read back; then what it can never be.
void try_json(const schemas::KindInfo& kind, const schemas::Payload& payload,
              const std::string& path, Counts& counts) {
    json::object message = example_of(kind.name);
    for (const auto& field : payload_part(message)) message.erase(field.key());
    for (auto& field : schemas::json_of_payload(payload)) message[field.key()] = field.value();
    const auto read = client::parse_messages(json::serialize(message));
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().context));
    CHECK(read->front().draft.payload == payload);
    ++counts.round_trips;
    json::value whole(message);
    boost::system::error_code absent;
    const json::value* const good = whole.find_pointer(pointer_of(path), absent);
    if (good == nullptr) return;  // of a struct that is written as one text
    for (const json::value& bad : bad_json_values(*good)) {
        json::value wrong = whole;
        wrong.at_pointer(pointer_of(path)) = bad;
        const std::string said = verdict(wrong.as_object());
        CAPTURE(said);
        CAPTURE(json::serialize(bad).substr(0, 60));
        CHECK_FALSE(said.empty());
        CHECK(is_about(said, pointer_of(path)));
        ++counts.json;
    }
}

}  // namespace

// Fails if the walk passes over a field, or names another one: each `return` of Walk in
// kind_check.cpp stands for some of these.
TEST_CASE("what a field can never be is refused by its path, on the wire and in JSON") {
    Counts counts;
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        CAPTURE(kind.name);
        const Example example(kind);
        const auto each = [&](const SchemaField& field, const Way& way, const std::string& path) {
            CAPTURE(path);
            ++counts.fields;
            for (const BadValue& bad : bad_wire_values(field)) {
                CAPTURE(bad.what);
                const auto built = example.changed(way, bad.put);
                CHECK_FALSE(built.has_value());
                if (!built) CHECK(built.error().context == path + bad.at);
                ++counts.wire;
            }
            const auto given = example.changed(way, [&field](Part part) { give(part, field); });
            if (given) return try_json(kind, *given, path, counts);
            ++counts.only_with_others;  // refused by a rule between fields, which has its own test
        };
        for_each_field(example.schema(), {}, "", each);
    }
    CHECK(counts.fields > 1'400);
    CHECK(counts.only_with_others * 5 < counts.fields);
    MESSAGE(counts.fields << " fields: " << counts.wire << " bad values on the wire, "
                          << counts.json << " in JSON; " << counts.round_trips
                          << " fields given and read back, " << counts.only_with_others
                          << " not valid without others");
}

}  // namespace chapar::testing
