// Strict reading of the fields around a payload: each is asked for by name.
//
// Owns: pointers (RFC 6901), the field errors, and the forms of small values (codes, times, ids).
// Does not know which fields exist; what nobody asked for is the payload's (kinds/kind_json.h). The
// first error is kept; later reads yield defaults, so that a parser checks once, at its end. For
// cases/ only.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "schemas/base/hex.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/code_table.h"

namespace chapar::client {

enum class Presence : std::uint8_t { Mandatory, Optional };

// The first thing that went wrong in one document.
class JsonProblem {
  public:
    void note(Errc code, const std::string& pointer) {
        if (!error_) error_ = Error(code, pointer);
    }
    // A value that its field cannot have: what was found, and what is allowed.
    void invalid(const std::string& pointer, const boost::json::value& found,
                 std::string_view allowed);
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    std::optional<Error> error_;
};

// Equal but for the case of ASCII letters.
[[nodiscard]] bool same_code(std::string_view a, std::string_view b);

class JsonFields {
  public:
    // A value that is no object is FieldInvalid at `pointer`. Borrows both.
    JsonFields(const boost::json::value& value, std::string pointer, JsonProblem& problem);

    [[nodiscard]] std::string at(std::string_view name) const;  // pointer of a field
    [[nodiscard]] bool has(std::string_view name) const;
    // Null if absent (an error if mandatory) or null. Counts as asked for.
    [[nodiscard]] const boost::json::value* take(std::string_view name,
                                                 Presence presence = Presence::Optional);
    // REQUIRES: the field is given.
    void invalid(std::string_view name, std::string_view allowed);
    [[nodiscard]] JsonProblem& problem() { return problem_; }

    [[nodiscard]] std::string text(std::string_view name, Presence presence = Presence::Optional);
    [[nodiscard]] bool flag(std::string_view name);
    // "2026-11-20T05:40:00Z", UTC only.
    [[nodiscard]] std::optional<TimeMs> time(std::string_view name,
                                             Presence presence = Presence::Optional);
    // 8-4-4-4-12.
    [[nodiscard]] std::optional<MessageId> message_id(std::string_view name,
                                                      Presence presence = Presence::Optional);
    template <typename Fixed>
    [[nodiscard]] std::optional<Fixed> hex(std::string_view name);
    template <schemas::CodeList Code>
    [[nodiscard]] std::optional<Code> code(std::string_view name,
                                           Presence presence = Presence::Optional);
    // Calls `each(value, pointer)` for every element.
    template <typename Each>
    void list(std::string_view name, Each each);

    // Whether a name was asked for, given or not.
    [[nodiscard]] bool has_asked(std::string_view name) const { return asked_.contains(name); }

  private:
    const boost::json::object* object_ = nullptr;
    std::string pointer_;
    JsonProblem& problem_;
    std::set<std::string, std::less<>> asked_;
};

template <typename Fixed>
std::optional<Fixed> JsonFields::hex(std::string_view name) {
    const std::string digits = text(name);
    if (digits.empty()) return std::nullopt;
    const auto bytes = from_hex(digits);
    const auto value = bytes ? Fixed::from(*bytes) : std::nullopt;
    if (!value) invalid(name, std::to_string(2 * Fixed::kSize) + " hexadecimal digits");
    return value;
}

template <schemas::CodeList Code>
std::optional<Code> JsonFields::code(std::string_view name, Presence presence) {
    const std::string given = text(name, presence);
    if (given.empty()) return std::nullopt;
    const auto& texts = schemas::CodeTexts<Code>::kTexts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (same_code(texts.at(i), given)) return static_cast<Code>(i);
    }
    std::string allowed = "one of";
    for (const std::string_view text : texts) allowed += " " + std::string(text);
    invalid(name, allowed);
    return std::nullopt;
}

template <typename Each>
void JsonFields::list(std::string_view name, Each each) {
    const boost::json::value* value = take(name);
    if (value == nullptr) return;
    if (!value->is_array()) return invalid(name, "a list");
    std::size_t place = 0;
    for (const boost::json::value& element : value->as_array()) {
        each(element, at(name) + "/" + std::to_string(place++));
    }
}

}  // namespace chapar::client
