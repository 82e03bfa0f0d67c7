// Codes that follow from a text beside them, where whoever wrote the text gave none.
//
// Owns: the list of a substance, by its name; that a name's script is the one of its letters
// (script.h). What is given is never looked at: it stands. Does not
// know fields: `$follows` of rules.capnp says which code follows from which text. Pure.
#pragma once

#include <string>
#include <string_view>

namespace chapar::schemas {

// "ND61" for "heroin" and "Героин": of the row of `substances` whose code or label, in any
// language, the name is; "OTHER" where no row is.
[[nodiscard]] std::string_view list_of_substance(std::string_view name);

// The code of that list that follows from the text; empty where none does.
[[nodiscard]] std::string_view code_following(std::string_view list, std::string_view text);

}  // namespace chapar::schemas
