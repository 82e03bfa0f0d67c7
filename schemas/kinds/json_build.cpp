#include "schemas/kinds/json_build.h"

#include <set>
#include <string>

#include "schemas/base/shown.h"
#include "schemas/kinds/field_value.h"
#include "schemas/kinds/following_codes.h"
#include "schemas/kinds/json_value.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/schema_notes.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {
namespace {

namespace json = boost::json;
using Type = capnp::schema::Type::Which;

// Names of an object that the schema knows: "text", "text.language".
using Asked = std::set<std::string, std::less<>>;

class Build {
  public:
    explicit Build(UnlistedCodes unlisted) : unlisted_(unlisted) {}

    [[nodiscard]] std::optional<KindProblem> problem() && { return std::move(problem_); }

    void object(const json::object& given, capnp::DynamicStruct::Builder out,
                const std::string& path,
                const std::function<bool(std::string_view)>& is_around = {}) {
        Asked asked;
        fields(given, out, path, asked);
        if (!problem_) unknown(given, "", path, asked, is_around);
    }

  private:
    void refuse(Errc code, const std::string& path, const std::string& found,
                const std::string& allowed) {
        if (!problem_) problem_ = KindProblem{code, path, found, allowed};
    }
    void invalid(const std::string& path, const json::value& value, const std::string& allowed) {
        refuse(Errc::FieldInvalid, path, found_json(value), allowed);
    }

    // The value at a name with dots; null if nothing stands there.
    const json::value* find(const json::object& given, const std::string& name,
                            const std::string& path, Asked& asked) {
        const json::object* at = &given;
        for (std::size_t begin = 0;;) {
            const std::size_t dot = name.find('.', begin);
            asked.insert(name.substr(0, dot));
            const json::value* value = at->if_contains(name.substr(begin, dot - begin));
            if (value == nullptr || dot == std::string::npos) return value;
            at = value->if_object();
            if (at == nullptr) {
                invalid(joined(path, name.substr(0, dot)), *value, "an object");
                return nullptr;
            }
            begin = dot + 1;
        }
    }

    static bool gives_any(const json::object& given, capnp::StructSchema schema) {
        for (const SchemaField& field : fields_of(schema)) {
            const std::string& name = field.notes.json_name;
            if (!field.is_flag && given.contains(name.substr(0, name.find('.')))) return true;
        }
        return false;
    }

    void fields(const json::object& given, capnp::DynamicStruct::Builder out,
                const std::string& path, Asked& asked) {
        for (const SchemaField& field : fields_of(out.getSchema())) {
            if (problem_) return;
            if (field.is_flag) continue;
            if (field.notes.flat) {
                const capnp::StructSchema inner = field.type.asStruct();
                const bool wanted = field.notes.must || gives_any(given, inner);
                if (wanted) {
                    fields(given, out.init(field.field).as<capnp::DynamicStruct>(), path, asked);
                } else {
                    for (const SchemaField& each : fields_of(inner)) {
                        (void)find(given, each.notes.json_name, path, asked);
                    }
                }
                continue;
            }
            const json::value* value = find(given, field.notes.json_name, path, asked);
            if (problem_) return;
            const std::string at = joined(path, field.notes.json_name);
            if (value != nullptr) {
                set(field, *value, out, at);
            } else {
                absent(field, given, out, at);
            }
        }
    }

    // What JSON leaves out: a code that follows from a text beside it, a default, or a number whose
    // 0 means something and must be said.
    void absent(const SchemaField& field, const json::object& given,
                capnp::DynamicStruct::Builder out, const std::string& path) {
        const FieldNotes& notes = field.notes;
        const json::value* const text =
            notes.follows.empty() ? nullptr : given.if_contains(notes.follows);
        const std::string_view follows =
            text != nullptr && text->is_string()
                ? code_following(notes.code, std::string_view(text->as_string()))
                : "";
        if (!follows.empty()) return set(field, json::value(follows), out, path);
        if (!notes.otherwise.empty()) {
            return set(field, json::value(notes.otherwise), out, path);
        }
        if (notes.given_by.empty() && zero_is_a_value(notes)) {
            refuse(Errc::FieldMissing, path, "", allowed_words(notes, widest_of(field.type)));
        }
    }

    void set(const SchemaField& field, const json::value& value, capnp::DynamicStruct::Builder out,
             const std::string& path) {
        if (field.type.isStruct()) {
            return part(value, out.init(field.field).as<capnp::DynamicStruct>(), path);
        }
        if (field.type.isList()) return list(field, value, out, path);
        Scalar converted;
        scalar(field, value, path, converted);
        if (problem_) return;
        out.set(field.field, converted.value);
        if (!field.notes.given_by.empty()) out.set(field.given_flag, true);
    }

    // A value of the wire, and the bytes that it borrows.
    struct Scalar {
        std::string text;
        Bytes bytes;
        capnp::DynamicValue::Reader value;
    };

    void scalar(const SchemaField& field, const json::value& value, const std::string& path,
                Scalar& out) {
        const std::uint64_t widest = widest_of(field.type);
        bool good = false;
        switch (field.type.which()) {
            case Type::BOOL:
                if (!value.is_bool()) return invalid(path, value, "true or false");
                out.value = value.as_bool();
                return;
            case Type::TEXT:
                if (auto text = text_of_json(field.notes, value, unlisted_)) {
                    out.text = *std::move(text);
                    good = true;
                }
                out.value = capnp::Text::Reader(out.text.c_str(), out.text.size());
                break;
            case Type::DATA:
                if (auto data = data_of_json(field.notes, value)) {
                    out.bytes = *std::move(data);
                    good = !out.bytes.empty();
                }
                out.value = data_of(out.bytes);
                break;
            case Type::INT32: {
                const auto degrees = degrees_of_json(value);
                good = degrees && is_allowed_degree(field.notes, *degrees);
                out.value = degrees.value_or(0);
                break;
            }
            default: {
                const auto number = number_of_json(field.notes, value, widest);
                good = number.has_value();
                out.value = number.value_or(0);
                break;
            }
        }
        if (!good) invalid(path, value, allowed_words(field.notes, widest));
    }

    void list(const SchemaField& field, const json::value& value, capnp::DynamicStruct::Builder out,
              const std::string& path) {
        const std::uint64_t most = most_elements(field.notes);
        const std::string allowed = "a list of 1 to " + std::to_string(most) + " elements";
        const json::array* given = value.if_array();
        if (given == nullptr) return invalid(path, value, allowed);
        if (given->empty() || given->size() > most) {
            return refuse(Errc::FieldInvalid, path, std::to_string(given->size()) + " elements",
                          allowed);
        }
        const SchemaField element = element_of(field);
        auto elements =
            out.init(field.field, static_cast<unsigned>(given->size())).as<capnp::DynamicList>();
        for (unsigned i = 0; i < elements.size() && !problem_; ++i) {
            const std::string at = path + "[" + std::to_string(i) + "]";
            if (element.type.isStruct()) {
                part((*given)[i], elements[i].as<capnp::DynamicStruct>(), at);
                continue;
            }
            Scalar converted;
            scalar(element, (*given)[i], at, converted);
            if (!problem_) elements.set(i, converted.value);
        }
    }

    void part(const json::value& value, capnp::DynamicStruct::Builder out,
              const std::string& path) {
        const ShortForm form = short_form(out.getSchema());
        if (form == ShortForm::Place && value.is_string()) return short_place(value, out, path);
        if (form == ShortForm::Date) return short_date(value, out, path);
        if (!value.is_object()) return invalid(path, value, "an object");
        object(value.as_object(), out, path);
    }

    // "TJ" or "TJ-KT".
    void short_place(const json::value& value, capnp::DynamicStruct::Builder out,
                     const std::string& path) {
        const std::string_view text = value.as_string();
        json::object given{{"country", text.substr(0, 2)}};
        if (text.size() > 2) given["subdivision"] = text;
        Build inner(unlisted_);
        inner.object(given, out, path);
        if (inner.problem_) {
            invalid(path, value,
                    "a country or a subdivision, like \"TJ\" or \"TJ-KT\"; or an object");
        }
    }

    // "1988-03", or {date, calendar}.
    void short_date(const json::value& value, capnp::DynamicStruct::Builder out,
                    const std::string& path) {
        const json::value* text = &value;
        const json::value* calendar = nullptr;
        if (const json::object* given = value.if_object()) {
            text = given->if_contains("date");
            if (text == nullptr) {
                return refuse(Errc::FieldMissing, joined(path, "date"), "", kDateWords);
            }
            for (const auto& each : *given) {
                if (each.key() == "date") continue;
                if (each.key() != "calendar") {
                    return refuse(Errc::FieldUnknown, joined(path, shown(each.key())), "",
                                  "date calendar");
                }
                calendar = &each.value();
            }
        }
        const auto date = text->is_string() ? parse_partial_date(text->as_string()) : std::nullopt;
        if (!date) return invalid(path, *text, kDateWords);
        out.set("year", date->year);
        out.set("month", date->month);
        out.set("day", date->day);
        for (const SchemaField& field : fields_of(out.getSchema())) {
            if (field.notes.json_name != "calendar") continue;
            if (calendar == nullptr) {
                absent(field, {}, out, joined(path, "calendar"));
            } else {
                set(field, *calendar, out, joined(path, "calendar"));
            }
        }
    }

    void unknown(const json::object& given, const std::string& prefix, const std::string& path,
                 const Asked& asked, const std::function<bool(std::string_view)>& is_around) {
        for (const auto& each : given) {
            const std::string name = prefix + std::string(each.key());
            if (prefix.empty() && is_around && is_around(each.key())) continue;
            if (!asked.contains(name)) {
                return refuse(Errc::FieldUnknown, joined(path, shown(name)), "",
                              names(prefix, asked));
            }
            const auto inner = asked.lower_bound(name + ".");
            const bool has_parts = inner != asked.end() && inner->starts_with(name + ".");
            if (has_parts && each.value().is_object()) {
                unknown(each.value().as_object(), name + ".", path, asked, {});
            }
        }
    }

    static std::string names(const std::string& prefix, const Asked& asked) {
        std::string out;
        for (const std::string& name : asked) {
            if (!name.starts_with(prefix) || name.find('.', prefix.size()) != std::string::npos) {
                continue;
            }
            out += (out.empty() ? "" : " ") + name.substr(prefix.size());
        }
        return out;
    }

    static constexpr const char* kDateWords = "a date like \"1988\", \"1988-03\" or \"1988-03-17\"";
    UnlistedCodes unlisted_;
    std::optional<KindProblem> problem_;
};

}  // namespace

std::optional<KindProblem> build_kind(const json::object& fields, capnp::DynamicStruct::Builder out,
                                      const std::function<bool(std::string_view)>& is_around,
                                      UnlistedCodes unlisted) {
    Build build(unlisted);
    build.object(fields, out, "", is_around);
    return std::move(build).problem();
}

}  // namespace chapar::schemas
