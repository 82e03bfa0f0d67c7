// Names in Latin letters.
//
// Owns: a proposal in Latin letters for Cyrillic names: the table of ICAO Doc 9303 part 3, section
// 6.B (passports), with letters of the region that it does not have. A proposal only: the person
// decides and both forms are kept. For names in Arabic script there is none: vowels are not
// written, so letters alone would make a name that nobody bears. Pure. Source: ops/adr/0024.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chapar::client {

// "Иванов" -> "Ivanov". Empty if a letter has no row; digits, blanks and marks stay.
[[nodiscard]] std::optional<std::string> latin_of_cyrillic(std::string_view text);

}  // namespace chapar::client
