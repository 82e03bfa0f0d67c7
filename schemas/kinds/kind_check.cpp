#include "schemas/kinds/kind_check.h"

#include <capnp/any.h>

#include <algorithm>
#include <limits>

#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "schemas/base/shown.h"
#include "schemas/kinds/annotations.h"
#include "schemas/kinds/cross_rules.h"
#include "schemas/kinds/field_value.h"
#include "schemas/kinds/schema_notes.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {
namespace {

using Type = capnp::schema::Type::Which;

// A struct may be longer than its schema only by words that say nothing.
bool has_unknown_words(const capnp::DynamicStruct::Reader& reader) {
    const auto node = reader.getSchema().getProto().getStruct();
    const auto any = reader.as<capnp::AnyStruct>();
    const auto data = any.getDataSection();
    const std::size_t known = std::size_t{node.getDataWordCount()} * sizeof(capnp::word);
    for (std::size_t i = known; i < data.size(); ++i) {
        if (data[i] != 0) return true;
    }
    const auto pointers = any.getPointerSection();
    for (unsigned i = node.getPointerCount(); i < pointers.size(); ++i) {
        if (!pointers[i].isNull()) return true;
    }
    return false;
}

class Walk {
  public:
    Walk(const RuleContext& context, std::vector<KindWarning>* warnings)
        : context_(context), warnings_(warnings) {}

    [[nodiscard]] std::optional<KindProblem> problem() && { return std::move(problem_); }

    void fields(const capnp::DynamicStruct::Reader& reader, const std::string& prefix) {
        if (has_unknown_words(reader)) {
            return refuse(Errc::FieldUnknown, prefix, "words that this version does not know",
                          "none");
        }
        for (const SchemaField& field : fields_of(reader.getSchema())) {
            if (problem_) return;
            if (field.is_flag) continue;
            const bool flat = field.notes.flat;
            value(field, reader, flat ? prefix : joined(prefix, field.notes.json_name));
        }
        if (!problem_) rules(reader, prefix);
    }

    void rules(const capnp::DynamicStruct::Reader& reader, const std::string& prefix) {
        const auto name = reader.getSchema().getShortDisplayName();
        for_rules({name.begin(), name.size()}, [&](const CrossRule& rule) {
            if (problem_ || !wanted(rule.needs)) return;
            const Broken broken = rule.broken(RuleView(reader), context_);
            if (!broken) return;
            const std::string path =
                joined(prefix, broken->empty() ? std::string(rule.path) : *broken);
            if (rule.weight == Weight::Warn) {
                if (warnings_) warnings_->push_back({path, std::string(rule.sentence) + "."});
                return;
            }
            refuse(rule.code, path, "",
                   std::string(rule.sentence) + " (" + std::string(rule.name) + ")");
        });
    }

  private:
    [[nodiscard]] bool wanted(Needs needs) const {
        if (context_.header != nullptr) return needs == Needs::Header;
        return needs == Needs::Content ||
               (needs == Needs::Manifest && context_.manifest != nullptr);
    }
    void refuse(Errc code, const std::string& path, const std::string& found,
                const std::string& allowed) {
        if (!problem_) problem_ = KindProblem{code, path, found, allowed};
    }
    void missing(const std::string& path, const std::string& allowed) {
        refuse(Errc::FieldMissing, path, "", allowed);
    }

    void value(const SchemaField& field, const capnp::DynamicStruct::Reader& in,
               const std::string& path) {
        const FieldNotes& notes = field.notes;
        if (field.type.isStruct()) {
            if (in.has(field.field)) {
                return fields(in.get(field.field).as<capnp::DynamicStruct>(), path);
            }
            // Of a flat struct the fields are what is missing, not the struct.
            if (notes.must && notes.flat) {
                return fields(in.get(field.field).as<capnp::DynamicStruct>(), path);
            }
            if (notes.must) missing(path, "it must be given");
            return;
        }
        if (field.type.isList()) return list(field, in, path);
        const bool given = notes.given_by.empty() || in.get(field.given_flag).as<bool>();
        scalar(field, field.type.which(), in.get(field.field), given, path);
    }

    void list(const SchemaField& field, const capnp::DynamicStruct::Reader& in,
              const std::string& path) {
        const auto elements = in.get(field.field).as<capnp::DynamicList>();
        const std::uint64_t most = most_elements(field.notes);
        const std::string allowed = "1 to " + std::to_string(most) + " elements";
        if (elements.size() == 0 && field.notes.must) return missing(path, allowed);
        if (elements.size() > most) {
            return refuse(Errc::FieldInvalid, path, std::to_string(elements.size()) + " elements",
                          allowed);
        }
        const SchemaField element = element_of(field);
        for (unsigned i = 0; i < elements.size() && !problem_; ++i) {
            const std::string at = path + "[" + std::to_string(i) + "]";
            if (element.type.isStruct()) {
                fields(elements[i].as<capnp::DynamicStruct>(), at);
            } else {
                scalar(element, element.type.which(), elements[i], true, at);
            }
        }
    }

    void scalar(const SchemaField& field, Type type, const capnp::DynamicValue::Reader& value,
                bool given, const std::string& path) {
        switch (type) {
            case Type::BOOL:
                return;
            case Type::TEXT:
                return text(field.notes, view_of(value.as<capnp::Text>()), path);
            case Type::DATA:
                return data(field.notes, view_of(value.as<capnp::Data>()), path);
            case Type::INT32: {
                const auto degrees = value.as<std::int64_t>();
                if (is_allowed_degree(field.notes, degrees)) return;
                return refuse(Errc::FieldInvalid, path, std::to_string(degrees) + " x 10^-7",
                              allowed_words(field.notes, 1));
            }
            default:
                return number(field, value.as<std::uint64_t>(), given, path);
        }
    }

    void number(const SchemaField& field, std::uint64_t number, bool given,
                const std::string& path) {
        const FieldNotes& notes = field.notes;
        const std::uint64_t widest = widest_of(field.type);
        if (!given && number != 0) {
            return refuse(Errc::FieldInvalid, path, "a number that is said not to be given", "0");
        }
        if (number == 0) {
            if (notes.must && !zero_is_a_value(notes)) missing(path, allowed_words(notes, widest));
            return;
        }
        if (is_allowed_number(notes, number, widest)) return;
        refuse(Errc::FieldInvalid, path, std::to_string(number), allowed_words(notes, widest));
    }

    void text(const FieldNotes& notes, std::string_view text, const std::string& path) {
        if (text.empty()) {
            if (notes.must) missing(path, allowed_words(notes, 0));
            return;
        }
        if (!is_allowed_text(notes, text)) {
            return refuse(Errc::FieldInvalid, path, found_text(text), allowed_words(notes, 0));
        }
        if (!warnings_) return;
        const std::string sentence = observed_warning(notes, text);
        if (!sentence.empty()) warnings_->push_back({path, sentence});
    }

    void data(const FieldNotes& notes, ByteView data, const std::string& path) {
        const bool zero_id =
            notes.form == ValueForm::MessageId &&
            std::ranges::all_of(data, [](std::byte b) { return b == std::byte{}; });
        if (data.empty() || zero_id) {
            if (notes.must || !data.empty()) missing(path, allowed_words(notes, 0));
            return;
        }
        if (is_allowed_data(notes, data)) return;
        refuse(Errc::FieldInvalid, path, std::to_string(data.size()) + " bytes",
               allowed_words(notes, 0));
    }

    RuleContext context_;
    std::vector<KindWarning>* warnings_;
    std::optional<KindProblem> problem_;
};

// The structs of a payload, those of absent parts too where `each` does not care.
template <typename Each>
bool any_struct(const capnp::DynamicStruct::Reader& reader, Each each) {
    if (each(reader)) return true;
    for (const SchemaField& field : fields_of(reader.getSchema())) {
        if (field.type.isStruct() && reader.has(field.field)) {
            if (any_struct(reader.get(field.field).as<capnp::DynamicStruct>(), each)) return true;
        }
        if (!field.type.isList() || !field.type.asList().getElementType().isStruct()) continue;
        for (const auto element : reader.get(field.field).as<capnp::DynamicList>()) {
            if (any_struct(element.as<capnp::DynamicStruct>(), each)) return true;
        }
    }
    return false;
}

}  // namespace

std::optional<KindProblem> check_kind(const capnp::DynamicStruct::Reader& payload,
                                      const Manifest* manifest,
                                      std::vector<KindWarning>* warnings) {
    Walk walk({manifest, nullptr}, warnings);
    walk.fields(payload, "");
    return std::move(walk).problem();
}

std::optional<KindProblem> check_header(const capnp::DynamicStruct::Reader& payload,
                                        const Manifest& manifest, const Header& header) {
    Walk walk({&manifest, &header}, nullptr);
    any_struct(payload, [&walk](const capnp::DynamicStruct::Reader& part) {
        walk.rules(part, "");
        return false;
    });
    return std::move(walk).problem();
}

bool names_persons(const capnp::DynamicStruct::Reader& payload) {
    return any_struct(payload, [](const capnp::DynamicStruct::Reader& part) {
        if (is_personal(part.getSchema())) return true;
        const auto name = part.getSchema().getShortDisplayName();
        return name == "Account" && RuleView(part).has("holder");
    });
}

}  // namespace chapar::schemas
