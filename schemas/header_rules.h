// The rules that the fields of one header must keep between them.
//
// Owns: the table of rules; client (before sealing) and broker (before the fold) ask the same one.
// Does not know the current time, the directory or policies: rules that need those are decided in
// the broker's fold. Pure. Source: schemas/README.md, "Header rules".
#pragma once

#include <span>
#include <string_view>

#include "schemas/base/result.h"
#include "schemas/header.h"

namespace chapar::schemas {

struct HeaderRule {
    std::string_view field;     // the field to correct
    std::string_view sentence;  // what must hold
    bool (*holds)(const Header&);
};

// In the order in which they are checked.
[[nodiscard]] std::span<const HeaderRule> header_rules();

// HeaderRule with "field: sentence" of the first rule that does not hold.
[[nodiscard]] Status check_header_rules(const Header& header);

}  // namespace chapar::schemas
