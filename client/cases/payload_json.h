// Payload fields in JSON, both ways. For message_json.cpp and message_show.cpp only; the form is
// client/README.md's.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "client/cases/json_fields.h"
#include "client/cases/message_json.h"
#include "schemas/content.h"

namespace chapar::client {

// The payload fields of an object of this kind; what goes wrong is noted in the fields' problem.
[[nodiscard]] schemas::Payload read_payload(schemas::Kind kind, JsonFields& fields,
                                            std::vector<FieldWarning>& warnings);
// "seizure-alert"; the number of a kind that has no name.
[[nodiscard]] std::string kind_text(schemas::Kind kind);
// Adds the payload's fields to `out`.
void write_payload(const schemas::Payload& payload, boost::json::object& out);

}  // namespace chapar::client
