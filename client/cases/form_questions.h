// Which questions a field, an object or a list comes down to. For form.cpp only. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "client/cases/form_path.h"

namespace chapar::client {

// What must be given for a message of the kind: first elements of lists stand as [0].
[[nodiscard]] std::vector<std::string> must_questions(schemas::Kind kind);

// What going to a field asks: itself; of an object what it must have, then what it may have, lists
// of objects left out; of a list its next element.
[[nodiscard]] std::vector<std::string> questions_of(const FieldPath& path,
                                                    const boost::json::object& message);

// Every field that can be gone to by name, the first or newest element of each list: paths.
[[nodiscard]] std::vector<std::string> reachable(schemas::Kind kind,
                                                 const boost::json::object& message);

}  // namespace chapar::client
