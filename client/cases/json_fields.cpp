#include "client/cases/json_fields.h"

#include <algorithm>
#include <cmath>

#include "client/cases/time_text.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// RFC 6901: the two characters that mean something in a pointer.
std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

bool same_code(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return upper(x) == upper(y); });
}

JsonFields::JsonFields(const boost::json::value& value, std::string pointer, JsonProblem& problem)
    : object_(value.if_object()), pointer_(std::move(pointer)), problem_(problem) {
    if (object_ == nullptr) problem_.note(Errc::FieldInvalid, pointer_);
}

std::string JsonFields::at(std::string_view name) const { return pointer_ + "/" + escaped(name); }

bool JsonFields::has(std::string_view name) const {
    return object_ != nullptr && object_->contains(name);
}

const boost::json::value* JsonFields::take(std::string_view name, Presence presence) {
    asked_.emplace(name);
    const boost::json::value* value = object_ != nullptr ? object_->if_contains(name) : nullptr;
    if (value == nullptr && presence == Presence::Mandatory) {
        problem_.note(Errc::FieldMissing, at(name));
    }
    return value;
}

std::string JsonFields::text(std::string_view name, Presence presence) {
    const boost::json::value* value = take(name, presence);
    if (value == nullptr) return {};
    if (!value->is_string() || value->as_string().empty()) {
        invalid(name);
        return {};
    }
    return std::string(value->as_string());
}

bool JsonFields::flag(std::string_view name) {
    const boost::json::value* value = take(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) {
        invalid(name);
        return false;
    }
    return value->as_bool();
}

std::optional<std::uint64_t> JsonFields::number(std::string_view name, std::uint64_t most) {
    const boost::json::value* value = take(name);
    if (value == nullptr) return std::nullopt;
    std::optional<std::uint64_t> number;
    if (value->is_int64() && value->as_int64() >= 0) {
        number = static_cast<std::uint64_t>(value->as_int64());
    } else if (value->is_uint64()) {
        number = value->as_uint64();
    }
    if (!number || *number > most) {
        invalid(name);
        return std::nullopt;
    }
    return number;
}

std::optional<std::int32_t> JsonFields::degrees(std::string_view name, int most) {
    const boost::json::value* value = take(name, Presence::Mandatory);
    if (value == nullptr) return std::nullopt;
    double given = 0;
    if (value->is_double()) {
        given = value->as_double();
    } else if (value->is_int64()) {
        given = static_cast<double>(value->as_int64());
    } else {
        invalid(name);
        return std::nullopt;
    }
    if (!(std::abs(given) <= most)) {
        invalid(name);
        return std::nullopt;
    }
    return static_cast<std::int32_t>(std::llround(given * 1e7));
}

std::uint64_t JsonFields::decimal(std::string_view name, int places, Presence presence) {
    const std::string given = text(name, presence);
    if (given.empty()) return 0;
    std::uint64_t value = 0;
    int decimals = -1;  // none before the point
    int digits = 0;
    bool good = true;
    for (const char c : given) {
        if (c == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
        } else if (c >= '0' && c <= '9' && digits < 15 && decimals < places) {
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
            ++digits;
            if (decimals >= 0) ++decimals;
        } else {
            good = false;
        }
    }
    if (!good || digits == 0 || decimals == 0) {
        invalid(name);
        return 0;
    }
    for (int missing = places - std::max(decimals, 0); missing > 0; --missing) value *= 10;
    return value;
}

std::optional<TimeMs> JsonFields::time(std::string_view name, Presence presence) {
    const std::string given = text(name, presence);
    if (given.empty()) return std::nullopt;
    const auto value = parse_time(given);
    if (!value) invalid(name);
    return value;
}

std::optional<MessageId> JsonFields::message_id(std::string_view name, Presence presence) {
    const std::string given = text(name, presence);
    if (given.empty()) return std::nullopt;
    const auto id = parse_uuid(given);
    if (!id) {
        invalid(name);
        return std::nullopt;
    }
    return MessageId{*id};
}

void JsonFields::finish() {
    if (object_ == nullptr) return;
    for (const auto& field : *object_) {
        const std::string_view name = field.key();
        if (!asked_.contains(name)) problem_.note(Errc::FieldUnknown, at(name));
    }
}

}  // namespace chapar::client
