// The sentences of a form, in the languages of its readers.
//
// Owns: the words. Those of fields and codes are data (schemas/kinds/labels.h). Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "schemas/kinds/labels.h"

namespace chapar::client {

enum class Phrase : std::uint8_t {
    Found,
    Allowed,
    Opening,
    Complete,
    NoField,
    WhichField,
    AsWritten,
    NothingFound,
    Missing,
    Cleared,
    Next,
    LineTooLong,
};

[[nodiscard]] std::string_view phrase(Phrase which, schemas::Language language);

}  // namespace chapar::client
