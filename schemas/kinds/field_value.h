// Whether one value keeps the rule that stands on its field.
//
// Owns: forms, bounds and what is said of them to a person. Does not know where the field stands.
// Private to schemas/kinds. Pure. Source: rules.capnp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/kinds/annotations.h"

namespace chapar::schemas {

// A text that is given. Lists of text codes are the sender's to keep (CodeFile::find); here only
// their form counts.
[[nodiscard]] bool is_allowed_text(const FieldNotes& notes, std::string_view text);
[[nodiscard]] bool is_allowed_data(const FieldNotes& notes, ByteView data);
// A number that is given; `widest` is what its type can hold.
[[nodiscard]] bool is_allowed_number(const FieldNotes& notes, std::uint64_t number,
                                     std::uint64_t widest);
[[nodiscard]] bool is_allowed_degree(const FieldNotes& notes, std::int64_t degrees_e7);

// "RFC 3339 in UTC, like 2026-11-20T05:40:00Z"
[[nodiscard]] std::string allowed_words(const FieldNotes& notes, std::uint64_t widest);
// Elements that a list may have.
[[nodiscard]] std::uint64_t most_elements(const FieldNotes& notes);
// Whether a number of 0 says something: it is then told apart by another field, or always given.
[[nodiscard]] bool zero_is_a_value(const FieldNotes& notes);

// The sentence of a failed check digit or an unusual form; empty if the text passes or the field
// has no such check.
[[nodiscard]] std::string observed_warning(const FieldNotes& notes, std::string_view text);

}  // namespace chapar::schemas
