// One JSON object into the struct of a kind.
//
// Owns: the walk over the schema, conversion of values and names that nobody asked for. What values
// may be is kind_check.h's, after the walk. Private to schemas/kinds.
#pragma once

#include <capnp/dynamic.h>

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string_view>

#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/kind_problem.h"

namespace chapar::schemas {

[[nodiscard]] std::optional<KindProblem> build_kind(
    const boost::json::object& fields, capnp::DynamicStruct::Builder out,
    const std::function<bool(std::string_view)>& is_around, UnlistedCodes unlisted);

}  // namespace chapar::schemas
