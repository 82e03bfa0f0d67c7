// A correction as its sender writes it: which message, and what stands in it instead.
//
// Owns: "PATH=VALUE", what a correction takes from its target where it does not say it (recipients,
// case, marks), and what stood there before. Works on the JSON of a message, so that what was given
// and what was left out differ. Does not know stores, nor whether the changes apply (case_rules.h).
// Pure.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "schemas/header.h"

namespace chapar::client {

// What a correction names. Borrows.
struct CorrectionOf {
    const schemas::Header& header;
    const std::vector<OfficeId>& to;
    const schemas::Payload& payload;  // as it stands now
};

// "goods[0].purity.percent=48.2"; an empty value takes the field away. Usage.
[[nodiscard]] Result<boost::json::array> changes_of(std::span<const std::string> written);

// `message`: a JSON message of kind correction. What stands in it stays; `before` of a change is
// filled where the value is one line.
void complete_correction(boost::json::object& message, const CorrectionOf& of);

}  // namespace chapar::client
