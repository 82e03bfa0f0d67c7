#include "schemas/kinds/schema_notes.h"

#include <limits>
#include <map>
#include <set>

#include "schemas/base/shown.h"
#include "schemas/kinds/payload_schema.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kFoundCharacters = 40;

std::vector<SchemaField> read_fields(capnp::StructSchema schema) {
    std::vector<SchemaField> out;
    std::set<std::string_view> flags;
    for (const auto field : schema.getFields()) {
        FieldNotes notes = notes_of(field);
        if (!notes.given_by.empty()) flags.insert(notes.given_by);
        out.push_back({field, field.getType(), std::move(notes), false, {}});
    }
    for (SchemaField& field : out) {
        const auto name = field.field.getProto().getName();
        field.is_flag = flags.contains({name.begin(), name.size()});
        if (field.notes.given_by.empty()) continue;
        field.given_flag = schema.getFieldByName(std::string(field.notes.given_by));
    }
    return out;
}

using Known = std::map<std::uint64_t, std::vector<SchemaField>>;

// A struct and those inside it.
void add(capnp::StructSchema schema, Known& known) {
    const auto [row, fresh] = known.try_emplace(schema.getProto().getId());
    if (!fresh) return;
    row->second = read_fields(schema);
    for (const SchemaField& field : row->second) {
        capnp::Type type = field.type;
        if (type.isList()) type = type.asList().getElementType();
        if (type.isStruct()) add(type.asStruct(), known);
    }
}

Known read_all() {
    Known known;
    for (const PayloadMember& member : payload_members()) add(member.schema, known);
    return known;
}

}  // namespace

const std::vector<SchemaField>& fields_of(capnp::StructSchema schema) {
    static const Known kKnown = read_all();
    return kKnown.at(schema.getProto().getId());
}

SchemaField element_of(const SchemaField& list) {
    SchemaField out = list;
    out.type = list.type.asList().getElementType();
    out.notes.must = true;
    out.notes.least.reset();
    out.notes.most.reset();
    return out;
}

std::uint64_t widest_of(capnp::Type type) {
    switch (type.which()) {
        case capnp::schema::Type::UINT8:
            return std::numeric_limits<std::uint8_t>::max();
        case capnp::schema::Type::UINT16:
            return std::numeric_limits<std::uint16_t>::max();
        case capnp::schema::Type::UINT32:
            return std::numeric_limits<std::uint32_t>::max();
        case capnp::schema::Type::UINT64:
            return std::numeric_limits<std::uint64_t>::max();
        default:
            return 0;
    }
}

std::string joined(const std::string& prefix, const std::string& name) {
    if (prefix.empty()) return name;
    return name.empty() ? prefix : prefix + "." + name;
}

std::string found_text(std::string_view text) {
    std::string out = "'";
    std::string_view rest = text;
    for (std::size_t i = 0; i < kFoundCharacters && !rest.empty(); ++i) {
        const std::string_view before = rest;
        (void)take_code_point(rest);
        out += shown(before.substr(0, before.size() - rest.size()));
    }
    return out + (rest.empty() ? "'" : "..'");
}

}  // namespace chapar::schemas
