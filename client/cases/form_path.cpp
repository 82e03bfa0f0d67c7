#include "client/cases/form_path.h"

#include <charconv>

#include "schemas/base/assert.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::FieldNode;
using schemas::FieldType;

FieldNode around(std::string name, FieldType type, std::string_view code,
                 std::optional<schemas::ValueForm> form) {
    FieldNode node;
    node.name = std::move(name);
    node.on = "envelope";
    node.type = type;
    node.notes.code = code;
    node.notes.form = form;
    node.notes.json_name = node.name;
    if (type == FieldType::Number) node.widest = ~std::uint64_t{0};
    return node;
}

FieldNode offices(std::string name) {
    FieldNode list = around(std::move(name), FieldType::List, "", schemas::ValueForm::Office);
    list.most = 64;
    list.parts.push_back(around("", FieldType::Text, "", schemas::ValueForm::Office));
    return list;
}

FieldNode make_envelope() {
    using schemas::ValueForm;
    FieldNode root;
    root.type = FieldType::Object;
    root.of = "envelope";
    root.parts.push_back(offices("to"));
    root.parts.front().notes.must = true;
    root.parts.push_back(offices("visible"));
    for (const auto& [name, list] :
         {std::pair("urgency", "urgencies"), std::pair("classification", "classifications"),
          std::pair("handling", "handling"), std::pair("purpose", "purposes")}) {
        root.parts.push_back(around(name, FieldType::Text, list, std::nullopt));
    }
    for (const char* name : {"reply_by", "expires", "retain"}) {
        root.parts.push_back(around(name, FieldType::Number, "", ValueForm::Time));
    }
    root.parts.push_back(around("case", FieldType::Bytes, "", ValueForm::Hex));
    root.parts.back().notes.least = root.parts.back().notes.most = CaseId::kSize;
    for (const char* name : {"in_reply_to", "supersedes"}) {
        root.parts.push_back(around(name, FieldType::Bytes, "", ValueForm::MessageId));
    }
    return root;
}

// The part whose name begins the text; names may have dots, so the longest wins.
const FieldNode* take_part(const FieldNode& object, std::string_view& text) {
    const FieldNode* best = nullptr;
    for (const FieldNode& part : object.parts) {
        if (!text.starts_with(part.name)) continue;
        const std::string_view rest = text.substr(part.name.size());
        const bool ends = rest.empty() || rest.front() == '.' || rest.front() == '[';
        if (ends && (best == nullptr || part.name.size() > best->name.size())) best = &part;
    }
    if (best != nullptr) text.remove_prefix(best->name.size());
    return best;
}

// "[3]"
std::optional<std::size_t> take_index(std::string_view& text) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end < 2) return std::nullopt;
    std::size_t index = 0;
    const auto [rest, error] = std::from_chars(text.data() + 1, text.data() + end, index);
    if (error != std::errc() || rest != text.data() + end) return std::nullopt;
    text.remove_prefix(end + 1);
    return index;
}

std::optional<FieldPath> find_in(const FieldNode& root, std::string_view text) {
    FieldPath path;
    path.text = text;
    const FieldNode* object = &root;
    while (true) {
        if (object->type != FieldType::Object) return std::nullopt;
        const FieldNode* node = take_part(*object, text);
        if (node == nullptr) return std::nullopt;
        path.steps.push_back({node, node->name, 0});
        if (text.starts_with('[')) {
            const auto index = take_index(text);
            if (node->type != FieldType::List || !index || *index >= node->most) {
                return std::nullopt;
            }
            node = &node->parts.front();
            path.steps.push_back({node, "", *index});
        }
        if (text.empty()) return path;
        if (!text.starts_with('.')) return std::nullopt;
        text.remove_prefix(1);
        object = node;
    }
}

json::value& make_name(json::value& value, std::string_view name) {
    // A place or a date may be written as one text: what is more precise takes its place.
    if (!value.is_object()) value.emplace_object();
    const std::size_t dot = name.find('.');
    json::value& found = value.as_object()[name.substr(0, dot)];
    return dot == std::string_view::npos ? found : make_name(found, name.substr(dot + 1));
}

bool is_empty(const json::value& value) {
    if (const json::object* object = value.if_object()) return object->empty();
    if (const json::array* list = value.if_array()) return list->empty();
    return value.is_null();
}

void erase_name(json::object& object, std::string_view name) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) {
        object.erase(name);
        return;
    }
    json::value* inner = object.if_contains(name.substr(0, dot));
    if (inner == nullptr || !inner->is_object()) return;
    erase_name(inner->as_object(), name.substr(dot + 1));
    if (is_empty(*inner)) object.erase(name.substr(0, dot));
}

void erase_from(json::value& value, const FieldPath& path, std::size_t at) {
    const FieldPath::Step& step = path.steps[at];
    const bool last = at + 1 == path.steps.size();
    if (step.name.empty()) {
        json::array* list = value.if_array();
        if (list == nullptr || step.index >= list->size()) return;
        if (!last) erase_from((*list)[step.index], path, at + 1);
        if (last || is_empty((*list)[step.index])) {
            list->erase(list->begin() + static_cast<std::ptrdiff_t>(step.index));
        }
        return;
    }
    json::object* object = value.if_object();
    if (object == nullptr || value_named(*object, step.name) == nullptr) return;
    if (!last) erase_from(make_name(value, step.name), path, at + 1);
    if (last || is_empty(*value_named(*object, step.name))) erase_name(*object, step.name);
}

}  // namespace

const FieldNode& envelope_tree() {
    static const FieldNode kTree = make_envelope();
    return kTree;
}

std::string FieldPath::label(schemas::Language language) const {
    std::string out;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        if (!step.name.empty()) {
            out += (out.empty() ? "" : " / ") + step.node->label(language);
        } else if (step.index > 0 || step.node->type != FieldType::Object) {
            out += " " + std::to_string(step.index + 1);
        }
    }
    return out;
}

std::optional<FieldPath> find_path(schemas::Kind kind, std::string_view text) {
    auto in_payload = find_in(schemas::field_tree(kind), text);
    return in_payload ? std::move(in_payload) : find_in(envelope_tree(), text);
}

const json::value* value_named(const json::object& object, std::string_view name) {
    const std::size_t dot = name.find('.');
    const json::value* found = object.if_contains(name.substr(0, dot));
    if (found == nullptr || dot == std::string_view::npos) return found;
    const json::object* inner = found->if_object();
    return inner != nullptr ? value_named(*inner, name.substr(dot + 1)) : nullptr;
}

const json::value* value_at(const json::object& message, const FieldPath& path) {
    const json::value* value = nullptr;
    for (const FieldPath::Step& step : path.steps) {
        if (step.name.empty()) {
            const json::array* list = value != nullptr ? value->if_array() : nullptr;
            value = list != nullptr && step.index < list->size() ? &(*list)[step.index] : nullptr;
        } else {
            const json::object* object = value == nullptr ? &message : value->if_object();
            value = object != nullptr ? value_named(*object, step.name) : nullptr;
        }
        if (value == nullptr) return nullptr;
    }
    return value;
}

bool has_place(const json::object& message, const FieldPath& path) {
    FieldPath before;
    for (const FieldPath::Step& step : path.steps) {
        if (step.name.empty()) {
            const json::value* found = value_at(message, before);
            const json::array* list = found != nullptr ? found->if_array() : nullptr;
            if (step.index > (list != nullptr ? list->size() : 0)) return false;
        }
        before.steps.push_back(step);
    }
    return true;
}

void put_value(json::object& message, const FieldPath& path, json::value value) {
    json::value whole = std::move(message);
    json::value* at = &whole;
    for (const FieldPath::Step& step : path.steps) {
        if (!step.name.empty()) {
            at = &make_name(*at, step.name);
            continue;
        }
        if (!at->is_array()) at->emplace_array();
        json::array& list = at->as_array();
        CHAPAR_ASSERT(step.index <= list.size());
        if (step.index == list.size()) list.emplace_back(nullptr);
        at = &list[step.index];
    }
    *at = std::move(value);
    message = std::move(whole.as_object());
}

void erase_value(json::object& message, const FieldPath& path) {
    json::value whole = std::move(message);
    erase_from(whole, path, 0);
    message = std::move(whole.as_object());
}

}  // namespace chapar::client
