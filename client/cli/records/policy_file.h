// Policy files: the TOML an agency writes, read into the record it signs.
//
// Strict: unknown keys, kinds, classes and parties are errors with line and column. Does not decide
// or sign anything. The format is documented in client/cli/README.md, "Policy files".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/policy_record.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct PolicyFile {
    AgencyId agency;
    std::vector<crypto::PolicyRule> rules;
};

// ConfigInvalid with "line L, column C: what" as context.
[[nodiscard]] Result<PolicyFile> parse_policy(std::string_view toml);

}  // namespace chapar::client
