#include "client/cases/form_questions.h"

#include "client/cases/form_answer.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::FieldNode;
using schemas::FieldType;

std::string joined(const std::string& prefix, const std::string& name) {
    return prefix.empty() ? name : prefix + "." + name;
}

std::string element(const std::string& list, std::size_t index) {
    return list + "[" + std::to_string(index) + "]";
}

void add_musts(const FieldNode& object, const std::string& prefix, std::vector<std::string>& out) {
    for (const FieldNode& part : object.parts) {
        if (!part.must()) continue;
        const FieldNode* node = &part;
        std::string path = joined(prefix, part.name);
        if (node->type == FieldType::List && !is_one_line(*node)) {
            node = &node->parts.front();
            path = element(path, 0);
        }
        if (is_one_line(*node)) {
            out.push_back(std::move(path));
        } else {
            add_musts(*node, path, out);
        }
    }
}

class Asked {
  public:
    std::vector<std::string> paths;

    void object(const FieldNode& node, const std::string& prefix) {
        for (const bool must : {true, false}) {
            for (const FieldNode& part : node.parts) {
                if (part.must() == must) field(part, joined(prefix, part.name));
            }
        }
    }

  private:
    void field(const FieldNode& node, const std::string& path) {
        if (is_one_line(node)) {
            paths.push_back(path);
        } else if (node.type == FieldType::Object) {
            object(node, path);
        } else if (is_one_line(node.parts.front())) {
            paths.push_back(element(path, 0));
        } else if (node.must()) {
            object(node.parts.front(), element(path, 0));
        }
    }
};

std::size_t elements(const json::value* value) {
    const json::array* list = value != nullptr ? value->if_array() : nullptr;
    return list != nullptr ? list->size() : 0;
}

class Reachable {
  public:
    Reachable(schemas::Kind kind, const json::object& message) : kind_(kind), message_(message) {}
    std::vector<std::string> paths;

    void object(const FieldNode& node, const std::string& prefix) {
        for (const FieldNode& part : node.parts) {
            const std::string path = joined(prefix, part.name);
            paths.push_back(path);
            if (part.type == FieldType::Object) object(part, path);
            if (part.type != FieldType::List || is_one_line(part)) continue;
            const FieldNode& each = part.parts.front();
            if (each.type != FieldType::Object) continue;
            const auto list = find_path(kind_, path);
            const std::size_t count = list ? elements(value_at(message_, *list)) : 0;
            object(each, element(path, count == 0 ? 0 : count - 1));
        }
    }

  private:
    schemas::Kind kind_;
    const json::object& message_;
};

}  // namespace

std::vector<std::string> must_questions(schemas::Kind kind) {
    std::vector<std::string> out;
    add_musts(schemas::field_tree(kind), "", out);
    add_musts(envelope_tree(), "", out);
    return out;
}

std::vector<std::string> questions_of(const FieldPath& path, const json::object& message) {
    const FieldNode* node = &path.node();
    std::string text = path.text;
    if (node->type == FieldType::List && !is_one_line(*node)) {
        const std::size_t count = elements(value_at(message, path));
        if (count >= node->most) return {};
        text = element(text, count);
        node = &node->parts.front();
    }
    if (is_one_line(*node)) return {text};
    Asked asked;
    asked.object(*node, text);
    return asked.paths;
}

std::vector<std::string> reachable(schemas::Kind kind, const json::object& message) {
    Reachable out(kind, message);
    out.object(schemas::field_tree(kind), "");
    out.object(envelope_tree(), "");
    return out.paths;
}

}  // namespace chapar::client
