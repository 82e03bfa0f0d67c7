// The struct of a kind as JSON: the inverse of json_build.h. Private to schemas/kinds.
#pragma once

#include <capnp/dynamic.h>

#include <boost/json.hpp>

namespace chapar::schemas {

[[nodiscard]] boost::json::object show_kind(const capnp::DynamicStruct::Reader& payload);

}  // namespace chapar::schemas
