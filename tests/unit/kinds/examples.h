// The examples of schemas/kinds/examples/ for tests: parsed, changed, sent through the whole
// mapping.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client/cases/message_json.h"
#include "schemas/content.h"

namespace chapar::testing {

[[nodiscard]] boost::json::object example_of(std::string_view kind);
// What the fields around the payload are not.
[[nodiscard]] boost::json::object payload_part(boost::json::object message);

// "" if it is read and could be sealed; else "CODE context" of the first problem.
[[nodiscard]] std::string verdict(const boost::json::object& message);

// The content that a parsed message would be sealed as, with `attachments` small files.
[[nodiscard]] schemas::SealedContent content_of(const client::Draft& draft,
                                                std::size_t attachments = 4);

// What a field of this JSON type can never be.
[[nodiscard]] std::vector<boost::json::value> bad_json_values(const boost::json::value& good);
// Whether what verdict() said names the place itself, or the part that it stands in.
[[nodiscard]] bool is_about(const std::string& said, const std::string& pointer);

}  // namespace chapar::testing
