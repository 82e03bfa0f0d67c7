#include "client/core/corrected.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <variant>

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kSteps = 16;  // as deep as a payload is

// "goods[0].purity.percent": names, and places in lists.
using Step = std::variant<std::string, std::size_t>;

std::optional<std::vector<Step>> steps_of(std::string_view path) {
    std::vector<Step> steps;
    while (!path.empty()) {
        if (steps.size() == kSteps) return std::nullopt;
        if (path.front() == '[') {
            std::size_t place = 0;
            const auto [end, problem] =
                std::from_chars(path.data() + 1, path.data() + path.size(), place);
            const auto used = static_cast<std::size_t>(end - path.data());
            if (problem != std::errc() || used >= path.size() || path[used] != ']') {
                return std::nullopt;
            }
            steps.emplace_back(place);
            path.remove_prefix(used + 1);
            if (!path.empty() && path.front() == '.') path.remove_prefix(1);
            continue;
        }
        const std::size_t end = std::min(path.find_first_of(".["), path.size());
        if (end == 0) return std::nullopt;
        steps.emplace_back(std::string(path.substr(0, end)));
        path.remove_prefix(end < path.size() && path[end] == '.' ? end + 1 : end);
    }
    if (steps.empty()) return std::nullopt;
    return steps;
}

// What the schema says of one step further in; null where it says nothing.
const json::value* further(const json::value* schema, const Step& step) {
    const json::object* object = schema == nullptr ? nullptr : schema->if_object();
    if (object == nullptr) return nullptr;
    // A form for short, or the whole.
    for (const std::string_view either : {"anyOf", "oneOf"}) {
        const json::value* forms = object->if_contains(either);
        if (forms == nullptr || !forms->is_array()) continue;
        for (const json::value& form : forms->as_array()) {
            if (const json::value* found = further(&form, step)) return found;
        }
        return nullptr;
    }
    if (std::holds_alternative<std::size_t>(step)) return object->if_contains("items");
    const json::value* properties = object->if_contains("properties");
    if (properties == nullptr || !properties->is_object()) return nullptr;
    return properties->as_object().if_contains(std::get<std::string>(step));
}

// A correction is text; numbers and flags are none in JSON.
json::value value_of(const json::value* schema, const std::string& after) {
    const json::object* object = schema == nullptr ? nullptr : schema->if_object();
    const json::value* type = object == nullptr ? nullptr : object->if_contains("type");
    const bool plain = type == nullptr || !type->is_string() || type->as_string() == "string";
    if (plain) return json::value(after);
    json::error_code problem;
    json::value read = json::parse(after, problem);
    return problem || read.is_structured() ? json::value(after) : read;
}

// The value that a step leads to, made where it is the next of a list or a member that is not there
// yet. Null where there is no such place.
json::value* go(json::value& from, const Step& step) {
    if (const auto* place = std::get_if<std::size_t>(&step)) {
        if (from.is_null()) from = json::array();
        json::array* list = from.if_array();
        if (list == nullptr || *place > list->size()) return nullptr;
        if (*place == list->size()) list->emplace_back(nullptr);
        return &(*list)[*place];
    }
    if (from.is_null()) from = json::object();
    json::object* object = from.if_object();
    return object == nullptr ? nullptr : &(*object)[std::get<std::string>(step)];
}

bool take_away(json::value& from, const Step& step) {
    if (const auto* place = std::get_if<std::size_t>(&step)) {
        json::array* list = from.if_array();
        if (list == nullptr || *place >= list->size()) return false;
        list->erase(list->begin() + static_cast<std::ptrdiff_t>(*place));
        return true;
    }
    json::object* object = from.if_object();
    return object != nullptr && object->erase(std::get<std::string>(step)) == 1;
}

// A place that is only a code, written out, so that it can be gone into: "TJ-KT".
void write_out(json::value& at, const json::value* schema) {
    const json::object* forms = schema == nullptr ? nullptr : schema->if_object();
    const json::string* code = at.if_string();
    if (code == nullptr || forms == nullptr || !forms->contains("anyOf")) return;
    const std::string text(code->begin(), code->end());
    if (text.size() < 2 || further(schema, Step(std::string("country"))) == nullptr) return;
    json::object place{{"country", text.substr(0, 2)}};
    if (text.size() > 2) place["subdivision"] = text;
    at = std::move(place);
}

std::string text_of_value(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

// What stands there; null where nothing does.
const json::value* look(const json::value& from, const Step& step) {
    if (const auto* place = std::get_if<std::size_t>(&step)) {
        const json::array* list = from.if_array();
        return list != nullptr && *place < list->size() ? &(*list)[*place] : nullptr;
    }
    const json::object* object = from.if_object();
    return object != nullptr ? object->if_contains(std::get<std::string>(step)) : nullptr;
}

// As deep as kSteps. A copy, so that a short form can be written out.
std::string text_at(json::value from, const json::value* schema, std::span<const Step> steps) {
    if (steps.empty()) return text_of_value(from);
    write_out(from, schema);
    const json::value* next = look(from, steps.front());
    if (next == nullptr) return "";
    return text_at(*next, further(schema, steps.front()), steps.subspan(1));
}

bool change(json::value& message, const json::value& schema, const std::vector<Step>& steps,
            const std::string& after) {
    json::value* at = &message;
    const json::value* said = &schema;
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        at = go(*at, steps[i]);
        if (at == nullptr) return false;
        said = further(said, steps[i]);
        write_out(*at, said);
    }
    if (after.empty()) return take_away(*at, steps.back());
    said = further(said, steps.back());
    at = go(*at, steps.back());
    if (at == nullptr) return false;
    *at = value_of(said, after);
    return true;
}

bool begins(std::string_view path, std::string_view with) {
    if (!path.starts_with(with)) return false;
    return path.size() == with.size() || path[with.size()] == '.' || path[with.size()] == '[';
}

// Whether what is wrong there was said by a change, or stood in the message.
bool is_said(const std::string& path, std::span<const schemas::FieldChange> changes) {
    return std::ranges::any_of(changes, [&](const schemas::FieldChange& one) {
        return begins(path, one.field) || begins(one.field, path);
    });
}

std::variant<schemas::JsonPayload, schemas::KindProblem> read(schemas::Kind kind,
                                                              const json::value& message,
                                                              schemas::UnlistedCodes unlisted) {
    return schemas::payload_of_json(
        kind, message.as_object(), [](std::string_view) { return false; }, unlisted);
}

}  // namespace

std::variant<Corrected, schemas::KindProblem> corrected(
    const schemas::Payload& payload, std::span<const schemas::FieldChange> changes,
    schemas::UnlistedCodes unlisted) {
    const schemas::Kind kind = schemas::kind_of(payload);
    json::value message = schemas::json_of_payload(payload);
    const json::value schema = schemas::json_schema(kind);
    std::vector<ChangedField> fields;
    for (const schemas::FieldChange& one : changes) {
        const auto steps = steps_of(one.field);
        std::string before = steps ? text_at(message, &schema, *steps) : "";
        if (!steps || !change(message, schema, *steps, one.after)) {
            return schemas::KindProblem{Errc::FieldInvalid, one.field, "",
                                        "a place that the message has"};
        }
        fields.push_back({one.field, std::move(before), one.after});
    }
    auto whole = read(kind, message, schemas::UnlistedCodes::AsCarried);
    if (const auto* problem = std::get_if<schemas::KindProblem>(&whole)) return *problem;
    if (unlisted == schemas::UnlistedCodes::Refused) {
        const auto strict = read(kind, message, unlisted);
        const auto* problem = std::get_if<schemas::KindProblem>(&strict);
        if (problem != nullptr && is_said(problem->path, changes)) return *problem;
    }
    return Corrected{std::move(std::get<schemas::JsonPayload>(whole).payload), std::move(fields)};
}

std::string value_at_path(const schemas::Payload& payload, std::string_view path) {
    const auto steps = steps_of(path);
    if (!steps) return "";
    const json::value schema = schemas::json_schema(schemas::kind_of(payload));
    return text_at(schemas::json_of_payload(payload), &schema, *steps);
}

}  // namespace chapar::client
