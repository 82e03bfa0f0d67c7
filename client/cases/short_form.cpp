#include "client/cases/short_form.h"

#include <algorithm>
#include <charconv>

#include "client/cases/json_fields.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

// Moves a field to another object, if it is there.
void move_field(json::object& from, std::string_view name, json::object& to) {
    const auto field = from.find(name);
    if (field == from.end()) return;
    to[name] = std::move(field->value());
    from.erase(field);
}

void lengthen_goods(json::object& fields, LongForm& out) {
    if (fields.contains("goods")) return;
    out.short_goods = true;
    json::object first;
    for (const char* name : {"substance", "quantity", "purity"}) move_field(fields, name, first);
    json::array goods;
    goods.emplace_back(std::move(first));
    if (json::value* more = fields.if_contains("more_goods")) {
        if (!more->is_array()) {
            out.problem = {Errc::FieldInvalid, "more_goods", schemas::found_json(*more),
                           "a list of goods"};
            return;
        }
        for (json::value& each : more->as_array()) goods.push_back(std::move(each));
        fields.erase("more_goods");
    }
    fields["goods"] = std::move(goods);
}

// The one element of `conveyances`; an object without fields where the list is not given.
std::optional<json::object> only_conveyance(json::object& fields, LongForm& out) {
    json::value* list = fields.if_contains("conveyances");
    if (list == nullptr) return json::object();
    const bool one =
        list->is_array() && list->as_array().size() == 1 && list->as_array().front().is_object();
    if (!one) {
        const std::string found = list->is_array()
                                      ? std::to_string(list->as_array().size()) + " elements"
                                      : schemas::found_json(*list);
        out.problem = {Errc::FieldInvalid, "conveyances", found, "a list of one conveyance"};
        return std::nullopt;
    }
    json::object conveyance = std::move(list->as_array().front().as_object());
    fields.erase("conveyances");
    return conveyance;
}

// An alert says the mode itself; of a conveyance that is asked about it may be unknown.
void lengthen_conveyance(schemas::Kind kind, json::object& fields, LongForm& out) {
    const bool alert = kind == schemas::Kind::SeizureAlert;
    if (fields.contains("conveyance") || (!alert && !fields.contains("conveyances"))) return;
    out.short_conveyance = true;
    auto conveyance = only_conveyance(fields, out);
    if (!conveyance) return;
    if (!alert) {
        if (!conveyance->contains("mode")) (*conveyance)["mode"] = "unspecified";
        fields["conveyance"] = *std::move(conveyance);
        return;
    }
    out.mode_outside = true;
    const json::value* inside = conveyance->if_contains("mode");
    const json::value* outside = fields.if_contains("mode");
    const auto text = [](const json::value* value) {
        return value != nullptr && value->is_string() ? std::string_view(value->as_string())
                                                      : std::string_view();
    };
    const bool differs = inside != nullptr && !same_code(text(inside), "unspecified") &&
                         !same_code(text(inside), text(outside));
    if (differs && outside != nullptr) {
        out.problem = {Errc::FieldInvalid, "conveyances[0].mode", schemas::found_json(*inside),
                       "the same as `mode`"};
        return;
    }
    conveyance->erase("mode");
    move_field(fields, "mode", *conveyance);
    fields["conveyance"] = *std::move(conveyance);
}

void lengthen_births(json::object& fields) {
    json::value* persons = fields.if_contains("persons");
    if (persons == nullptr || !persons->is_array()) return;
    for (json::value& each : persons->as_array()) {
        json::object* person = each.if_object();
        if (person == nullptr || !person->contains("birth") || !person->contains("calendar")) {
            continue;
        }
        json::object birth;
        birth["date"] = std::move((*person)["birth"]);
        move_field(*person, "calendar", birth);
        (*person)["birth"] = std::move(birth);
    }
}

}  // namespace

LongForm long_form(schemas::Kind kind, const json::object& fields) {
    LongForm out;
    out.fields = fields;
    const bool alert = kind == schemas::Kind::SeizureAlert;
    const bool asks = kind == schemas::Kind::InfoRequest || kind == schemas::Kind::InfoReply;
    if (alert) lengthen_goods(out.fields, out);
    if ((alert || asks) && !out.problem) lengthen_conveyance(kind, out.fields, out);
    if (alert || asks) lengthen_births(out.fields);
    return out;
}

std::string LongForm::shortened(const std::string& path) const {
    if (short_goods && path.starts_with("goods")) {
        unsigned place = 0;
        const char* const digits = path.data() + std::min<std::size_t>(path.size(), 6);
        const auto [rest, error] = std::from_chars(digits, path.data() + path.size(), place);
        if (error != std::errc()) return "more_goods";
        const std::string inside(rest + 1, path.data() + path.size());  // after ']'
        if (place == 0) return inside.empty() ? "substance" : inside.substr(1);
        return "more_goods[" + std::to_string(place - 1) + "]" + inside;
    }
    if (short_conveyance && path.starts_with("conveyance")) {
        if (mode_outside && path == "conveyance.mode") return "mode";
        return "conveyances[0]" + path.substr(std::string_view("conveyance").size());
    }
    return path;
}

}  // namespace chapar::client
