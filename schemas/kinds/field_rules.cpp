#include "schemas/kinds/field_rules.h"

#include <set>

namespace chapar::schemas {
namespace {

std::string_view type_name(capnp::Type type) {
    using Which = capnp::schema::Type::Which;
    switch (type.which()) {
        case Which::BOOL:
            return "Bool";
        case Which::UINT8:
            return "UInt8";
        case Which::UINT16:
            return "UInt16";
        case Which::UINT32:
            return "UInt32";
        case Which::UINT64:
            return "UInt64";
        case Which::INT32:
            return "Int32";
        case Which::TEXT:
            return "Text";
        case Which::DATA:
            return "Data";
        case Which::LIST:
            return "List";
        case Which::STRUCT:
            return "struct";
        default:  // no kind uses another: a test says so
            return "";
    }
}

// The Bools that only say whether a number is given: JSON does not know them.
std::set<std::string_view> given_flags(capnp::StructSchema schema) {
    std::set<std::string_view> flags;
    for (const auto field : schema.getFields()) {
        const FieldNotes notes = notes_of(field);
        if (!notes.given_by.empty()) flags.insert(notes.given_by);
    }
    return flags;
}

// No struct of a kind contains itself, so this ends.
void walk(capnp::StructSchema schema, const std::string& prefix, std::vector<FieldRule>& rules) {
    const std::set<std::string_view> flags = given_flags(schema);
    for (const auto field : schema.getFields()) {
        const auto name = field.getProto().getName();
        if (flags.contains({name.begin(), name.size()})) continue;
        FieldNotes notes = notes_of(field);
        capnp::Type type = field.getType();
        if (notes.flat) {
            walk(type.asStruct(), prefix, rules);
            continue;
        }
        std::string path = prefix + notes.json_name;
        const Presence presence = notes.must ? Presence::Mandatory : Presence::Optional;
        rules.push_back({path, presence, type_name(type), std::move(notes)});
        if (type.isList()) {
            type = type.asList().getElementType();
            path += "[]";
        }
        if (type.isStruct()) walk(type.asStruct(), path + ".", rules);
    }
}

}  // namespace

std::vector<FieldRule> field_rules(capnp::StructSchema schema) {
    std::vector<FieldRule> rules;
    walk(schema, "", rules);
    return rules;
}

}  // namespace chapar::schemas
