#include "schemas/kinds/field_tree.h"

#include <algorithm>
#include <map>

#include "schemas/base/assert.h"
#include "schemas/kinds/field_value.h"
#include "schemas/kinds/json_value.h"
#include "schemas/kinds/payload_schema.h"
#include "schemas/kinds/schema_notes.h"

namespace chapar::schemas {
namespace {

using Which = capnp::schema::Type::Which;

std::string struct_name(capnp::StructSchema schema) {
    const auto name = schema.getShortDisplayName();
    return {name.begin(), name.size()};
}

FieldType type_of(capnp::Type type) {
    switch (type.which()) {
        case Which::BOOL:
            return FieldType::Flag;
        case Which::TEXT:
            return FieldType::Text;
        case Which::DATA:
            return FieldType::Bytes;
        case Which::INT32:
            return FieldType::Degrees;
        case Which::STRUCT:
            return FieldType::Object;
        case Which::LIST:
            return FieldType::List;
        default:
            return FieldType::Number;
    }
}

void add_parts(capnp::StructSchema schema, std::vector<FieldNode>& parts);

FieldNode node_of(const SchemaField& field, const std::string& on) {
    FieldNode node;
    node.name = field.notes.json_name;
    node.on = on;
    node.type = type_of(field.type);
    node.notes = field.notes;
    node.widest = widest_of(field.type);
    if (node.type == FieldType::Object) {
        const capnp::StructSchema schema = field.type.asStruct();
        node.of = struct_name(schema);
        node.short_form = short_form(schema);
        add_parts(schema, node.parts);
    }
    if (node.type == FieldType::List) {
        node.most = most_elements(field.notes);
        FieldNode element = node_of(element_of(field), on);
        element.name.clear();
        node.parts.push_back(std::move(element));
    }
    return node;
}

// No struct of a kind contains itself, so this ends.
void add_parts(capnp::StructSchema schema, std::vector<FieldNode>& parts) {
    const std::string on = struct_name(schema);
    for (const SchemaField& field : fields_of(schema)) {
        if (field.is_flag) continue;
        if (field.notes.flat) {
            add_parts(field.type.asStruct(), parts);
        } else {
            parts.push_back(node_of(field, on));
        }
    }
}

std::map<Kind, FieldNode> all_trees() {
    std::map<Kind, FieldNode> trees;
    for (const PayloadMember& member : payload_members()) {
        FieldNode& root = trees[member.kind];
        root.type = FieldType::Object;
        root.of = struct_name(member.schema);
        add_parts(member.schema, root.parts);
    }
    return trees;
}

bool is_allowed(const FieldNode& node, const boost::json::value& value) {
    switch (node.type) {
        case FieldType::Flag:
            return value.is_bool();
        case FieldType::Text: {
            const auto text = text_of_json(node.notes, value, UnlistedCodes::Refused);
            return text && is_allowed_text(node.notes, *text);
        }
        case FieldType::Bytes: {
            const auto data = data_of_json(node.notes, value);
            return data && is_allowed_data(node.notes, *data);
        }
        case FieldType::Degrees: {
            const auto degrees = degrees_of_json(value);
            return degrees && is_allowed_degree(node.notes, *degrees);
        }
        case FieldType::Number: {
            const auto number = number_of_json(node.notes, value, node.widest);
            return number && is_allowed_number(node.notes, *number, node.widest);
        }
        case FieldType::Object:
        case FieldType::List:
            break;
    }
    return false;
}

}  // namespace

const FieldNode* FieldNode::part(std::string_view part_name) const {
    const auto found = std::ranges::find(parts, part_name, &FieldNode::name);
    return found == parts.end() ? nullptr : &*found;
}

const FieldNode& field_tree(Kind kind) {
    static const std::map<Kind, FieldNode> kTrees = all_trees();
    const auto tree = kTrees.find(kind);
    CHAPAR_ASSERT(tree != kTrees.end());
    return tree->second;
}

std::optional<std::string> value_fault(const FieldNode& node, const boost::json::value& value) {
    CHAPAR_ASSERT(node.type != FieldType::Object && node.type != FieldType::List);
    if (is_allowed(node, value)) return std::nullopt;
    if (node.type == FieldType::Flag) return "true or false";
    return allowed_words(node.notes, node.widest);
}

}  // namespace chapar::schemas
