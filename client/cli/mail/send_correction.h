// What `send correction` adds to `send`: the message that is corrected, found in the outbox.
//
// Owns: --of, --set, --reason, and that only what was handed over and is not recalled is corrected.
// What is taken from the target is correction_draft.h's, whether it applies case_check.h's.
#pragma once

#include <string>
#include <vector>

#include "client/cli/device/device_context.h"
#include "client/cli/terminal/invocation.h"

namespace chapar::client {

struct CorrectionArguments {
    std::string of;                // message id or outbox number
    std::vector<std::string> set;  // PATH=VALUE
    std::string reason;
};
void add_correction_options(CLI::App& command, CorrectionArguments& given);

// The JSON of the changes that were set, to these offices if any were named.
[[nodiscard]] Result<std::string> written_correction(const CorrectionArguments& given,
                                                     const std::vector<std::string>& to);

// `text`: JSON, one message or a list. What its target says is filled in: the one that was named,
// else the one that a message names, where it is in the outbox; the case, where it was named. Text
// that is no JSON of objects
// stays as it is, for its reader to refuse. NotFound; Conflict: never handed over, or recalled.
[[nodiscard]] Result<std::string> completed_corrections(DeviceContext& context,
                                                        const std::string& text,
                                                        const std::string& of,
                                                        const std::string& case_id);

}  // namespace chapar::client
