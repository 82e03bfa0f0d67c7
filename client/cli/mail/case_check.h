// The rules over messages of a case (client/cases/case_rules.h), where officers meet them: before a
// draft is kept, and beside a text that is read.
//
// Owns: what is compared with (what this device holds of the case), and what becomes of a finding.
// A sender is refused by the first that refuses, with its rule and path; warned by the others. What
// should follow is offered as a message that can be sent as it is. A reader is only warned: who
// wrote it did so under other rules, or held other messages.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "client/cases/case_rules.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/opened_message.h"
#include "client/cli/terminal/invocation.h"

namespace chapar::client {

// FieldInvalid, FieldMissing or ApprovalMissing with path, rule and sentence. `approvals`: that are
// asked for. What is proposed.
[[nodiscard]] Result<std::vector<CaseFinding>> check_sending(const Invocation& invocation,
                                                             DeviceContext& context,
                                                             const Draft& draft,
                                                             std::size_t approvals);
// One result for each proposed message: {"proposed": its kind, "rule", "because", "message"}.
void show_proposed(const Invocation& invocation, const Draft& draft,
                   const std::vector<CaseFinding>& findings);

// Puts "warnings" [{rule, path, sentence, proposed}] into what is shown; to a person each is said.
[[nodiscard]] Status add_case_warnings(const Invocation& invocation, const OpenedMessage& opened,
                                       boost::json::object& shown);

}  // namespace chapar::client
