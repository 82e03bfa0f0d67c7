#include "schemas/kinds/annotations.h"

namespace chapar::schemas {
namespace {

// The ids of rules.capnp: capnp generates no names for annotations.
constexpr std::uint64_t kKind = 0xe3d50e6c8130c736;
constexpr std::uint64_t kPersonal = 0xd14d1c978c41973b;
constexpr std::uint64_t kShort = 0xfa9a89eabdcbac92;
constexpr std::uint64_t kMust = 0xbc26f70072c84934;
constexpr std::uint64_t kCode = 0x8c3f2a61d4b7e905;
constexpr std::uint64_t kSuggested = 0xf61d0b3c7a928e54;
constexpr std::uint64_t kForm = 0x9d52c7e10fa8b364;
constexpr std::uint64_t kLeast = 0xb80e6f4d21c97a35;
constexpr std::uint64_t kMost = 0xc2a94d07e35f1b68;
constexpr std::uint64_t kGivenBy = 0xe94b1d6035f7c28a;
constexpr std::uint64_t kJson = 0x95c80e2fb14a7d63;
constexpr std::uint64_t kOtherwise = 0x8a98c27099d8f716;
constexpr std::uint64_t kFollows = 0xb3c59e17f82d604a;
constexpr std::uint64_t kFlat = 0xd7f3a58c0e6219b4;
constexpr std::uint64_t kEquals = 0x8a1e74d9c650f32b;

std::string_view view_of(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

void take(FieldNotes& notes, std::uint64_t id, capnp::schema::Value::Reader value) {
    switch (id) {
        case kMust:
            notes.must = true;
            break;
        case kFlat:
            notes.flat = true;
            break;
        case kCode:
            notes.code = view_of(value.getText());
            break;
        case kSuggested:
            notes.suggested = view_of(value.getText());
            break;
        case kForm:
            notes.form = static_cast<ValueForm>(value.getEnum());
            break;
        case kLeast:
            notes.least = value.getUint64();
            break;
        case kMost:
            notes.most = value.getUint64();
            break;
        case kGivenBy:
            notes.given_by = view_of(value.getText());
            break;
        case kFollows:
            notes.follows = view_of(value.getText());
            break;
        case kOtherwise:
            notes.otherwise = view_of(value.getText());
            break;
        case kEquals:
            notes.equals = view_of(value.getText());
            break;
        case kJson:
            notes.json_name = view_of(value.getText());
            break;
        default:  // another tool's annotation
            break;
    }
}

}  // namespace

FieldNotes notes_of(capnp::StructSchema::Field field) {
    FieldNotes notes;
    const auto proto = field.getProto();
    for (const auto annotation : proto.getAnnotations()) {
        take(notes, annotation.getId(), annotation.getValue());
    }
    if (notes.json_name.empty()) notes.json_name = snake_case(view_of(proto.getName()));
    return notes;
}

std::optional<std::uint16_t> kind_number(capnp::StructSchema schema) {
    for (const auto annotation : schema.getProto().getAnnotations()) {
        if (annotation.getId() == kKind) return annotation.getValue().getUint16();
    }
    return std::nullopt;
}

bool is_personal(capnp::StructSchema schema) {
    for (const auto annotation : schema.getProto().getAnnotations()) {
        if (annotation.getId() == kPersonal) return true;
    }
    return false;
}

ShortForm short_form(capnp::StructSchema schema) {
    for (const auto annotation : schema.getProto().getAnnotations()) {
        if (annotation.getId() == kShort) {
            return static_cast<ShortForm>(annotation.getValue().getEnum());
        }
    }
    return ShortForm::None;
}

std::string snake_case(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            out += '_';
            out += static_cast<char>(c - 'A' + 'a');
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace chapar::schemas
