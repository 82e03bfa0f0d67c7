// One valid message of each kind, as people would write it.
//
// Owns: the texts of schemas/kinds/examples/, compiled in. Every name in them is invented. Pure.
#pragma once

#include <span>
#include <string_view>

namespace chapar::schemas {

struct KindExample {
    std::string_view kind;  // "cd-request"
    std::string_view json;  // one object, envelope fields too; ends with a line feed
};

[[nodiscard]] std::span<const KindExample> kind_examples();

}  // namespace chapar::schemas
