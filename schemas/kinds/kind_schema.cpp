// What a kind demands, for people and for other programs: rows, and JSON Schema.
#include <set>

#include "schemas/base/assert.h"
#include "schemas/kinds.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/cross_rules.h"
#include "schemas/kinds/field_rules.h"
#include "schemas/kinds/field_value.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/payload_schema.h"
#include "schemas/kinds/schema_notes.h"

namespace chapar::schemas {
namespace {

namespace json = boost::json;
using Type = capnp::schema::Type::Which;

capnp::StructSchema schema_of(Kind kind) {
    const PayloadMember* const member = find_member(kind);
    CHAPAR_ASSERT(member != nullptr);
    return member->schema;
}

json::object part_schema(capnp::StructSchema schema);

json::object text_schema(const FieldNotes& notes) {
    json::object out{{"type", "string"}, {"minLength", 1}};
    if (const CodeFile* list = find_codes(notes.code)) {
        json::array codes;
        for (const CodeRow& row : list->rows) codes.emplace_back(row.code);
        return {{"enum", std::move(codes)}};
    }
    switch (notes.form.value_or(ValueForm::Line)) {
        case ValueForm::Time:
            out["format"] = "date-time";
            break;
        case ValueForm::MessageId:
            out["format"] = "uuid";
            break;
        case ValueForm::Thousandths:
            out["pattern"] = "^[0-9]{1,9}(\\.[0-9]{1,3})?$";
            break;
        case ValueForm::PerMille:
            out["pattern"] = "^[0-9]{1,3}(\\.[0-9])?$";
            break;
        case ValueForm::Hex:
            out["pattern"] = "^([0-9a-fA-F]{2})+$";
            break;
        default:
            break;
    }
    return out;
}

json::object number_schema(const SchemaField& field) {
    const FieldNotes& notes = field.notes;
    const ValueForm form = notes.form.value_or(ValueForm::Line);
    if (!notes.code.empty() || form == ValueForm::Time || form == ValueForm::Thousandths ||
        form == ValueForm::PerMille) {
        return text_schema(notes);
    }
    return {{"type", "integer"},
            {"minimum", notes.least.value_or(notes.must ? 1 : 0)},
            {"maximum", notes.most.value_or(widest_of(field.type))}};
}

json::object value_schema(const SchemaField& field) {
    switch (field.type.which()) {
        case Type::STRUCT:
            return part_schema(field.type.asStruct());
        case Type::LIST:
            return {{"type", "array"},
                    {"items", value_schema(element_of(field))},
                    {"minItems", 1},
                    {"maxItems", most_elements(field.notes)}};
        case Type::BOOL:
            return {{"type", "boolean"}};
        case Type::INT32: {
            const int most = field.notes.form == ValueForm::Latitude ? 90 : 180;
            return {{"type", "number"}, {"minimum", -most}, {"maximum", most}};
        }
        case Type::TEXT:
        case Type::DATA:
            return text_schema(field.notes);
        default:
            return number_schema(field);
    }
}

// Objects whose names have a dot: "text.language" is a property of a property.
json::object& property_at(json::object& schema, std::string_view name) {
    json::object& properties = schema["properties"].is_object()
                                   ? schema["properties"].as_object()
                                   : schema["properties"].emplace_object();
    const std::size_t dot = name.find('.');
    json::value& slot = properties[name.substr(0, dot)];
    if (!slot.is_object()) slot.emplace_object();
    if (dot == std::string_view::npos) return slot.as_object();
    slot.as_object()["type"] = "object";
    slot.as_object()["additionalProperties"] = false;
    return property_at(slot.as_object(), name.substr(dot + 1));
}

void add_fields(capnp::StructSchema schema, json::object& out, json::array& required) {
    for (const SchemaField& field : fields_of(schema)) {
        if (field.is_flag) continue;
        if (field.notes.flat) {
            json::array ignored;
            add_fields(field.type.asStruct(), out, field.notes.must ? required : ignored);
            continue;
        }
        property_at(out, field.notes.json_name) = value_schema(field);
        if (field.notes.must && field.notes.otherwise.empty()) {
            required.emplace_back(field.notes.json_name);
        }
    }
}

json::object part_schema(capnp::StructSchema schema) {
    json::object out{{"type", "object"}};
    json::array required;
    add_fields(schema, out, required);
    if (!required.empty()) out["required"] = std::move(required);
    out["additionalProperties"] = false;
    const ShortForm form = short_form(schema);
    if (form == ShortForm::Place) {
        const json::object code{{"type", "string"}, {"pattern", "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"}};
        return {{"anyOf", json::array{code, std::move(out)}}};
    }
    if (form == ShortForm::Date) {
        const json::object date{{"type", "string"},
                                {"pattern", "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}};
        const json::object both{
            {"type", "object"},
            {"properties", {{"date", date}, {"calendar", out["properties"].at("calendar")}}},
            {"required", json::array{"date"}},
            {"additionalProperties", false}};
        return {{"anyOf", json::array{date, both}}};
    }
    return out;
}

void collect_structs(capnp::StructSchema schema, std::set<std::string>& names) {
    const auto name = schema.getShortDisplayName();
    if (!names.emplace(name.begin(), name.size()).second) return;
    for (const SchemaField& field : fields_of(schema)) {
        capnp::Type type = field.type;
        if (type.isList()) type = type.asList().getElementType();
        if (type.isStruct()) collect_structs(type.asStruct(), names);
    }
}

std::string words_of(const FieldRule& rule, std::uint64_t widest) {
    if (rule.type == "struct") return "an object";
    if (rule.type == "Bool") return "true or false";
    if (rule.type == "List") {
        return "a list of 1 to " + std::to_string(most_elements(rule.notes)) + " elements";
    }
    return allowed_words(rule.notes, widest);
}

std::uint64_t widest_of_name(std::string_view type) {
    if (type == "UInt8") return 0xff;
    if (type == "UInt16") return 0xffff;
    if (type == "UInt32") return 0xffffffff;
    return type == "UInt64" ? ~std::uint64_t{0} : 0;
}

}  // namespace

json::object json_schema(Kind kind) {
    json::object out = part_schema(schema_of(kind));
    const KindInfo* const info = find_kind(kind);
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    out["title"] = info != nullptr ? info->name : "";
    // The envelope's own fields stand in the same object.
    out["additionalProperties"] = true;
    return out;
}

std::vector<FieldLine> field_lines(Kind kind) {
    std::vector<FieldLine> out;
    for (const FieldRule& rule : field_rules(schema_of(kind))) {
        std::string words = words_of(rule, widest_of_name(rule.type));
        if (!rule.notes.suggested.empty()) words += "; usual: " + std::string(rule.notes.suggested);
        if (!rule.notes.follows.empty())
            words += "; else by its " + std::string(rule.notes.follows);
        if (!rule.notes.otherwise.empty()) words += "; else " + std::string(rule.notes.otherwise);
        const bool must = rule.presence == Presence::Mandatory && rule.notes.otherwise.empty();
        out.push_back({rule.path, must, std::move(words)});
    }
    return out;
}

std::vector<RuleLine> rule_lines(Kind kind) {
    std::set<std::string> structs;
    collect_structs(schema_of(kind), structs);
    std::vector<RuleLine> out;
    for (const std::string& name : structs) {
        for_rules(name, [&out](const CrossRule& rule) {
            out.push_back({std::string(rule.name), std::string(rule.path),
                           std::string(rule.sentence), rule.weight == Weight::Warn});
        });
    }
    return out;
}

}  // namespace chapar::schemas
