#include "tests/unit/kinds/field_values.h"

#include "schemas/base/limits.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/field_value.h"

namespace chapar::testing {
namespace {

using schemas::FieldNotes;
using schemas::SchemaField;
using schemas::ValueForm;

constexpr std::uint64_t kSomeTime = 1'795'000'000'000;

ValueForm form_of(const FieldNotes& notes) { return notes.form.value_or(ValueForm::Line); }

std::string good_text(const FieldNotes& notes) {
    if (!notes.code.empty()) {
        return std::string(schemas::find_codes(notes.code)->rows.front().code);
    }
    switch (form_of(notes)) {
        case ValueForm::Office:
            return "TJ-NPJ-BLO";
        case ValueForm::Subdivision:
            return "TJ-KT";
        case ValueForm::Locode:
            return "TJDYU";
        case ValueForm::Cas:
            return "561-27-3";
        case ValueForm::InchiKey:
            return "AAAAAAAAAAAAAA-UHFFFAOYSA-N";
        case ValueForm::Hs6:
            return "2915.24";
        default:
            return "x";
    }
}

bool has_strict_form(const FieldNotes& notes) {
    switch (form_of(notes)) {
        case ValueForm::Office:
        case ValueForm::Subdivision:
        case ValueForm::Locode:
        case ValueForm::Cas:
        case ValueForm::InchiKey:
        case ValueForm::Hs6:
            return true;
        default:
            return !notes.code.empty();
    }
}

std::uint64_t good_number(const FieldNotes& notes) {
    if (!notes.code.empty()) return schemas::find_codes(notes.code)->rows.front().number;
    switch (form_of(notes)) {
        case ValueForm::Time:
            return kSomeTime;
        case ValueForm::Thousandths:
        case ValueForm::PerMille:
            return 500;
        default:
            return notes.least.value_or(1);
    }
}

std::vector<std::uint64_t> bad_numbers(const SchemaField& field) {
    const FieldNotes& notes = field.notes;
    std::vector<std::uint64_t> out;
    if (!notes.code.empty()) {
        const schemas::CodeFile* const list = schemas::find_codes(notes.code);
        if (list->growth == schemas::CodeGrowth::Closed) out = {255, list->rows.size() + 1};
        return out;
    }
    if (form_of(notes) == ValueForm::Time) return {limits::kLatestTime.value + 1, ~0ULL};
    if (form_of(notes) == ValueForm::Thousandths) return {1'000'000'000'000, ~0ULL};
    if (form_of(notes) == ValueForm::PerMille) return {1001, 65535};
    if (notes.least && *notes.least > 1) out.push_back(*notes.least - 1);
    const std::uint64_t widest = schemas::widest_of(field.type);
    if (notes.most && *notes.most < widest) out.insert(out.end(), {*notes.most + 1, widest});
    return out;
}

capnp::Data::Reader bytes(std::size_t size) {
    static const std::vector<kj::byte> kOnes(64 * 1024, 1);
    return {kOnes.data(), size};
}

// A scalar of a struct, or the first element of a list.
void put(Part part, const SchemaField& field, const capnp::DynamicValue::Reader& value) {
    if (!field.type.isList()) return part.set(field.field, value);
    part.init(field.field, 1).as<capnp::DynamicList>().set(0, value);
}

void put_good(Part part, const SchemaField& field, const SchemaField& scalar) {
    switch (scalar.type.which()) {
        case capnp::schema::Type::BOOL:
            return put(part, field, true);
        case capnp::schema::Type::TEXT: {
            const std::string text = good_text(scalar.notes);
            return put(part, field, capnp::Text::Reader(text.c_str(), text.size()));
        }
        case capnp::schema::Type::DATA:
            return put(part, field,
                       bytes(form_of(scalar.notes) == ValueForm::MessageId
                                 ? 16
                                 : static_cast<std::size_t>(scalar.notes.least.value_or(1))));
        case capnp::schema::Type::INT32:
            return put(part, field, 1);
        default:
            return put(part, field, good_number(scalar.notes));
    }
}

void add_bad_texts(std::vector<BadValue>& out, const SchemaField& field, const SchemaField& scalar,
                   const std::string& at) {
    std::vector<std::string> bad{"a\x01", "a\xff", "a\x7f", std::string(20'000, 'x')};
    if (form_of(scalar.notes) != ValueForm::Lines) bad.insert(bad.end(), {"a\nb", "a\tb"});
    if (has_strict_form(scalar.notes)) bad.insert(bad.end(), {"?", "no such thing"});
    for (const std::string& text : bad) {
        out.push_back({"text " + text.substr(0, 20), at, [field, text](Part part) {
                           put(part, field, capnp::Text::Reader(text.c_str(), text.size()));
                       }});
    }
}

void add_bad_scalars(std::vector<BadValue>& out, const SchemaField& field,
                     const SchemaField& scalar, const std::string& at) {
    switch (scalar.type.which()) {
        case capnp::schema::Type::BOOL:
            return;
        case capnp::schema::Type::TEXT:
            return add_bad_texts(out, field, scalar, at);
        case capnp::schema::Type::DATA:
            for (const std::size_t size : {1, 3, 15, 50'000}) {
                out.push_back({std::to_string(size) + " bytes", at,
                               [field, size](Part part) { put(part, field, bytes(size)); }});
            }
            return;
        case capnp::schema::Type::INT32:
            for (const int degrees : {1'800'000'001, -1'800'000'001}) {
                out.push_back(
                    {"degrees", at, [field, degrees](Part part) { put(part, field, degrees); }});
            }
            return;
        default:
            for (const std::uint64_t number : bad_numbers(scalar)) {
                out.push_back({std::to_string(number), at, [field, number](Part part) {
                                   if (!field.notes.given_by.empty()) {
                                       part.set(field.given_flag, true);
                                   }
                                   put(part, field, number);
                               }});
            }
    }
}

void add_missing(std::vector<BadValue>& out, const SchemaField& field) {
    const bool can_be_zero = schemas::zero_is_a_value(field.notes);
    if (field.notes.must && !can_be_zero && !field.notes.flat) {
        out.push_back({"nothing", "", [field](Part part) { part.clear(field.field); }});
    }
    if (field.notes.given_by.empty()) return;
    out.push_back({"a number that is not given", "", [field](Part part) {
                       part.set(field.given_flag, false);
                       part.set(field.field, 1);
                   }});
}

}  // namespace

void give_musts(Part part) {
    for (const SchemaField& field : schemas::fields_of(part.getSchema())) {
        if (field.notes.must) give(part, field);
    }
}

void give(Part part, const SchemaField& field) {
    if (!field.notes.given_by.empty()) part.set(field.given_flag, true);
    if (field.type.isStruct()) {
        return give_musts(part.init(field.field).as<capnp::DynamicStruct>());
    }
    if (!field.type.isList()) return put_good(part, field, field);
    const SchemaField element = schemas::element_of(field);
    if (!element.type.isStruct()) return put_good(part, field, element);
    auto list = part.init(field.field, 1).as<capnp::DynamicList>();
    give_musts(list[0].as<capnp::DynamicStruct>());
}

std::vector<BadValue> bad_wire_values(const SchemaField& field) {
    std::vector<BadValue> out;
    add_missing(out, field);
    if (field.type.isStruct()) return out;
    if (!field.type.isList()) {
        add_bad_scalars(out, field, field, "");
        return out;
    }
    const auto most = static_cast<unsigned>(schemas::most_elements(field.notes));
    out.push_back({"too many", "", [field, most](Part part) { part.init(field.field, most + 1); }});
    const SchemaField element = schemas::element_of(field);
    if (!element.type.isStruct()) add_bad_scalars(out, field, element, "[0]");
    return out;
}

Part part_at(Part root, const Way& way) {
    Part part = root;
    for (const SchemaField& step : way) {
        const bool is_list = step.type.isList();
        const bool absent = !part.has(step.field) ||
                            (is_list && part.get(step.field).as<capnp::DynamicList>().size() == 0);
        if (absent) give(part, step);
        part = is_list ? part.get(step.field).as<capnp::DynamicList>()[0].as<capnp::DynamicStruct>()
                       : part.get(step.field).as<capnp::DynamicStruct>();
    }
    return part;
}

}  // namespace chapar::testing
