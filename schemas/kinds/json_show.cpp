#include "schemas/kinds/json_show.h"

#include <string>

#include "schemas/kinds/field_value.h"
#include "schemas/kinds/json_value.h"
#include "schemas/kinds/rule_view.h"
#include "schemas/kinds/schema_notes.h"

namespace chapar::schemas {
namespace {

namespace json = boost::json;
using Type = capnp::schema::Type::Which;

void show_fields(const capnp::DynamicStruct::Reader& in, json::object& out);

// As short as it may be written.
json::value show_part(const capnp::DynamicStruct::Reader& in) {
    json::object out;
    const ShortForm form = short_form(in.getSchema());
    if (form == ShortForm::Date) {
        const RuleView date(in);
        const std::string text = partial_date_text({static_cast<std::uint16_t>(date.number("year")),
                                                    static_cast<std::uint8_t>(date.number("month")),
                                                    static_cast<std::uint8_t>(date.number("day"))});
        show_fields(in, out);
        const json::value* calendar = out.if_contains("calendar");
        if (calendar == nullptr || *calendar == "gregorian") return json::value(text);
        return json::object{{"date", text}, {"calendar", *calendar}};
    }
    show_fields(in, out);
    if (form == ShortForm::Place) {
        if (out.size() == 1 && out.contains("country")) return out["country"];
        if (out.size() == 2 && out.contains("country") && out.contains("subdivision")) {
            return out["subdivision"];
        }
    }
    return out;
}

json::value show_scalar(const SchemaField& field, const capnp::DynamicValue::Reader& value) {
    switch (field.type.which()) {
        case Type::BOOL:
            return value.as<bool>();
        case Type::TEXT:
            return json::value(view_of(value.as<capnp::Text>()));
        case Type::DATA:
            return json::value(text_of_data(field.notes, view_of(value.as<capnp::Data>())));
        case Type::INT32:
            return static_cast<double>(value.as<std::int32_t>()) / 1e7;
        case Type::STRUCT:
            return show_part(value.as<capnp::DynamicStruct>());
        default:
            return json_of_number(field.notes, value.as<std::uint64_t>());
    }
}

bool is_given(const SchemaField& field, const capnp::DynamicStruct::Reader& in) {
    if (!field.notes.given_by.empty()) return in.get(field.given_flag).as<bool>();
    if (zero_is_a_value(field.notes)) return true;
    if (field.type.isStruct()) return in.has(field.field);
    return is_given_value(in, field.field);
}

// At a name with dots, in objects of their own.
void put(json::object& out, const std::string& name, json::value value) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) {
        out[name] = std::move(value);
        return;
    }
    json::value& inner = out[name.substr(0, dot)];
    if (!inner.is_object()) inner.emplace_object();
    put(inner.as_object(), name.substr(dot + 1), std::move(value));
}

void show_fields(const capnp::DynamicStruct::Reader& in, json::object& out) {
    for (const SchemaField& field : fields_of(in.getSchema())) {
        if (field.is_flag || !is_given(field, in)) continue;
        const auto value = in.get(field.field);
        if (field.notes.flat) {
            show_fields(value.as<capnp::DynamicStruct>(), out);
            continue;
        }
        if (!field.type.isList()) {
            put(out, field.notes.json_name, show_scalar(field, value));
            continue;
        }
        const SchemaField element = element_of(field);
        json::array list;
        for (const auto each : value.as<capnp::DynamicList>()) {
            list.push_back(show_scalar(element, each));
        }
        put(out, field.notes.json_name, std::move(list));
    }
}

}  // namespace

json::object show_kind(const capnp::DynamicStruct::Reader& payload) {
    json::object out;
    show_fields(payload, out);
    return out;
}

}  // namespace chapar::schemas
