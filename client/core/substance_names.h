// The substances that a message names, as an index has them.
//
// Owns: where a payload of any kind names one, when two spellings are one name (small and capital
// letters, Latin and Cyrillic; blanks at the ends), and which names a list of codes says are one
// substance. The index has what was written, so a newer list finds older items too. Does not know
// items or stores. Pure.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "schemas/content.h"

namespace chapar::client {

// Of one message; what else it names is not found by substance. An alert has at most 16.
constexpr std::size_t kSubstancesOfMessage = 32;

// What the texts under "substance" name, wherever they stand; no two alike, in the order of bytes.
[[nodiscard]] std::set<std::string> substances_of(const schemas::Payload& payload);
// Every name under which that substance may have been written: this one and, where it is a code of
// the list `substances` or a label of one, that code and its labels.
[[nodiscard]] std::set<std::string> names_of_substance(std::string_view name);

}  // namespace chapar::client
