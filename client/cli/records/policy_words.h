// One policy rule as a sentence. Pure.
#pragma once

#include <string>

#include "crypto/policy_record.h"

namespace chapar::client {

// "export.alerts: export of seizure-alert up to RESTRICTED from agency:TJ-DCA to any is permitted
// with 2 approvals by a supervisor, at most 1048576 bytes".
[[nodiscard]] std::string rule_text(const crypto::PolicyRule& rule);
// "2 approvals by a supervisor", "at most 1048576 bytes", both, or "".
[[nodiscard]] std::string condition_text(std::uint8_t approvals, std::uint16_t role,
                                         std::uint64_t size_max);

}  // namespace chapar::client
