#include "client/cases/reading.h"

#include "client/cases/form_path.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::FieldNode;
using schemas::FieldType;
using schemas::Language;

std::string plain_words(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

// "#21" is how a code is shown that this program's list does not have (json_value.cpp).
std::string code_value(const schemas::CodeFile& list, const std::string& code, Language language) {
    if (const schemas::CodeRow* row = list.find(code)) return code_words(*row, language);
    if (!code.starts_with('#')) return code;
    const std::string what = std::string(list.name) + ", " + std::string(list.dated);
    return language == Language::Russian ? "код " + code.substr(1) + " (список " + what + ")"
                                         : "code " + code.substr(1) + " (list " + what + ")";
}

// "TJ" or "TJ-KT": the region's name where its list has it, and the country's.
std::string place_words(std::string_view code, Language language) {
    std::string out;
    const schemas::CodeFile* regions = schemas::find_codes("subdivisions");
    const schemas::CodeRow* region = regions != nullptr ? regions->find(code) : nullptr;
    if (region != nullptr) out = std::string(schemas::label_of(*region, language)) + ", ";
    const schemas::CodeFile* list = schemas::find_codes("countries");
    const schemas::CodeRow* row = list != nullptr ? list->find(code.substr(0, 2)) : nullptr;
    if (row == nullptr) return std::string(code);
    return out + std::string(schemas::label_of(*row, language)) + " (" + std::string(code) + ")";
}

class Reading {
  public:
    explicit Reading(Language language) : language_(language) {}

    void object(const FieldNode& tree, const json::object& given, std::size_t depth) {
        for (const FieldNode& node : tree.parts) {
            const json::value* value = value_named(given, node.name);
            if (value == nullptr || is_told_elsewhere(node, given)) continue;
            field(node, label_in(node, given), *value, depth);
        }
    }
    [[nodiscard]] std::vector<ReadingLine> lines() && { return std::move(lines_); }

  private:
    // The language of a note stands beside its label.
    static bool is_told_elsewhere(const FieldNode& node, const json::object& given) {
        return node.name == "text.language" && value_named(given, "text.text") != nullptr;
    }
    [[nodiscard]] std::string label_in(const FieldNode& node, const json::object& given) const {
        std::string label = node.label(language_);
        if (node.name != "text.text") return label;
        const json::value* tag = value_named(given, "text.language");
        return tag != nullptr ? label + " [" + plain_words(*tag) + "]" : label;
    }

    void field(const FieldNode& node, const std::string& label, const json::value& value,
               std::size_t depth) {
        const bool date = node.short_form == schemas::ShortForm::Date;
        if (node.type == FieldType::Object && value.is_object() && !date) {
            lines_.push_back({depth, label, ""});
            return object(node, value.as_object(), depth + 1);
        }
        const bool list_of_objects =
            node.type == FieldType::List && node.parts.front().type == FieldType::Object;
        if (!list_of_objects || !value.is_array()) {
            lines_.push_back({depth, label, value_words(node, value, language_)});
            return;
        }
        const json::array& elements = value.as_array();
        for (std::size_t i = 0; i < elements.size(); ++i) {
            const std::string numbered =
                elements.size() == 1 ? label : label + " " + std::to_string(i + 1);
            field(node.parts.front(), numbered, elements[i], depth);
        }
    }

    Language language_;
    std::vector<ReadingLine> lines_;
};

std::string object_words(const FieldNode& node, const json::object& given, Language language) {
    std::string out;
    const json::value* name = node.of == "Substance" ? given.if_contains("name") : nullptr;
    if (name != nullptr) out = value_words(*node.part("name"), *name, language);
    for (const FieldNode& part : node.parts) {
        const json::value* value = value_named(given, part.name);
        if (value == nullptr || value == name) continue;
        if (!out.empty()) out += ", ";
        out += value_words(part, *value, language);
    }
    return out.empty() ? json::serialize(given) : out;
}

std::string list_words(const FieldNode& node, const json::array& given, Language language) {
    std::string out;
    for (const json::value& each : given) {
        if (!out.empty()) out += "; ";
        out += value_words(node.parts.front(), each, language);
    }
    return out;
}

// {date, calendar}, or a date alone, which is Gregorian.
std::string date_words(const FieldNode& node, const json::object& given, Language language) {
    std::string out;
    if (const json::value* date = given.if_contains("date")) out = plain_words(*date);
    const json::value* calendar = given.if_contains("calendar");
    const FieldNode* part = node.part("calendar");
    if (calendar != nullptr && part != nullptr) {
        out += ", " + value_words(*part, *calendar, language);
    }
    return out;
}

}  // namespace

std::string code_words(const schemas::CodeRow& row, Language language) {
    const std::string label(schemas::label_of(row, language));
    if (schemas::folded(label) == schemas::folded(row.code)) return label;
    return label + " (" + std::string(row.code) + ")";
}

std::string value_words(const FieldNode& node, const json::value& value, Language language) {
    if (node.type == FieldType::Object) {
        if (value.is_string() && node.short_form == schemas::ShortForm::Place) {
            return place_words(value.as_string(), language);
        }
        if (!value.is_object()) return plain_words(value);
        return node.short_form == schemas::ShortForm::Date
                   ? date_words(node, value.as_object(), language)
                   : object_words(node, value.as_object(), language);
    }
    if (node.type == FieldType::List) {
        return value.is_array() ? list_words(node, value.as_array(), language) : plain_words(value);
    }
    if (value.is_bool()) {
        if (language == Language::Russian) return value.as_bool() ? "да" : "нет";
        return value.as_bool() ? "yes" : "no";
    }
    const std::string text = plain_words(value);
    if (const schemas::CodeFile* list = node.codes()) return code_value(*list, text, language);
    const bool region = node.notes.form == schemas::ValueForm::Subdivision;
    const schemas::CodeFile* usual =
        region ? schemas::find_codes("subdivisions") : node.suggestions();
    const schemas::CodeRow* row = usual != nullptr ? usual->find(text) : nullptr;
    return row != nullptr ? code_words(*row, language) : text;
}

std::vector<ReadingLine> reading_of(const FieldNode& tree, const json::object& payload,
                                    Language language) {
    Reading reading(language);
    reading.object(tree, payload, 0);
    return std::move(reading).lines();
}

}  // namespace chapar::client
