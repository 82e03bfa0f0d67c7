#include "client/cases/json_fields.h"

#include <algorithm>

#include "schemas/base/assert.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds/kind_json.h"

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

void JsonProblem::invalid(const std::string& pointer, const boost::json::value& found,
                          std::string_view allowed) {
    note(Errc::FieldInvalid,
         pointer + ": found " + schemas::found_json(found) + "; allowed: " + std::string(allowed));
}

JsonFields::JsonFields(const boost::json::value& value, std::string pointer, JsonProblem& problem)
    : object_(value.if_object()), pointer_(std::move(pointer)), problem_(problem) {
    if (object_ == nullptr) problem_.invalid(pointer_, value, "an object");
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

void JsonFields::invalid(std::string_view name, std::string_view allowed) {
    const boost::json::value* value = object_ != nullptr ? object_->if_contains(name) : nullptr;
    CHAPAR_ASSERT(value != nullptr);
    problem_.invalid(at(name), *value, allowed);
}

std::string JsonFields::text(std::string_view name, Presence presence) {
    const boost::json::value* value = take(name, presence);
    if (value == nullptr) return {};
    if (!value->is_string() || value->as_string().empty()) {
        invalid(name, "a text");
        return {};
    }
    return std::string(value->as_string());
}

bool JsonFields::flag(std::string_view name) {
    const boost::json::value* value = take(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) {
        invalid(name, "true or false");
        return false;
    }
    return value->as_bool();
}

std::optional<TimeMs> JsonFields::time(std::string_view name, Presence presence) {
    const std::string given = text(name, presence);
    if (given.empty()) return std::nullopt;
    const auto value = parse_time(given);
    if (!value) invalid(name, "RFC 3339 in UTC, like \"2026-11-20T05:40:00Z\"");
    return value;
}

std::optional<MessageId> JsonFields::message_id(std::string_view name, Presence presence) {
    const std::string given = text(name, presence);
    if (given.empty()) return std::nullopt;
    const auto id = parse_uuid(given);
    if (!id) {
        invalid(name, "a UUID");
        return std::nullopt;
    }
    return MessageId{*id};
}

}  // namespace chapar::client
