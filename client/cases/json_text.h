// JSON text into a value, strictly.
//
// Owns: the bound on depth, and that no name stands twice in an object: boost.json would keep the
// last of them, so what an officer read first would not be what was sent. Does not know fields.
// Pure. Source: RFC 8259, section 4; RFC 7493 (I-JSON), section 2.3.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "schemas/base/result.h"

namespace chapar::client {

// JsonInvalid: no JSON, deeper than 16 levels, broken UTF-8 or a name twice. Its context is line
// and column, both from 1, then what is wrong and what was found.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text);

}  // namespace chapar::client
