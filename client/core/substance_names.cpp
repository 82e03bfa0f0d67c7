#include "client/core/substance_names.h"

#include <boost/json.hpp>

#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

std::string folded(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    const std::string_view name = text.substr(first, text.find_last_not_of(" \t") - first + 1);
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<unsigned char>(name[i]);
        const auto next = static_cast<unsigned char>(i + 1 < name.size() ? name[i + 1] : 0);
        if (byte >= 'A' && byte <= 'Z') {
            out += static_cast<char>(byte - 'A' + 'a');
        } else if (byte == 0xD0 && next >= 0x90 && next <= 0xAF) {
            // U+0410..U+042F: the small letter is 32 further.
            out += static_cast<char>(next < 0xA0 ? 0xD0 : 0xD1);
            out += static_cast<char>(next < 0xA0 ? next + 0x20 : next - 0x20);
            ++i;
        } else {
            out += name[i];
        }
    }
    return out;
}

void add(std::string_view name, std::set<std::string>& found) {
    std::string substance = folded(name);
    if (!substance.empty() && found.size() < kSubstancesOfMessage) {
        found.insert(std::move(substance));
    }
}

// As deep as a payload is: 16 levels.
void collect(const json::value& value, std::set<std::string>& found) {
    if (const json::array* list = value.if_array()) {
        for (const json::value& element : *list) collect(element, found);
        return;
    }
    const json::object* object = value.if_object();
    if (object == nullptr) return;
    for (const auto& member : *object) {
        if (member.key() != "substance") {
            collect(member.value(), found);
        } else if (const json::string* name = member.value().if_string()) {
            add(*name, found);
        } else if (const json::object* named = member.value().if_object()) {
            const json::value* text = named->if_contains("name");
            if (text != nullptr && text->is_string()) add(text->as_string(), found);
        }
    }
}

}  // namespace

std::set<std::string> substances_of(const schemas::Payload& payload) {
    std::set<std::string> found;
    collect(schemas::json_of_payload(payload), found);
    return found;
}

std::set<std::string> names_of_substance(std::string_view name) {
    std::set<std::string> names{folded(name)};
    const schemas::CodeFile* list = schemas::find_codes("substances");
    if (list == nullptr) return names;
    for (const schemas::CodeRow& row : list->rows) {
        std::set<std::string> words;
        for (const std::string_view word : {row.code, row.en, row.ru}) {
            if (!word.empty()) words.insert(folded(word));
        }
        if (words.contains(folded(name))) names.merge(words);
    }
    return names;
}

}  // namespace chapar::client
