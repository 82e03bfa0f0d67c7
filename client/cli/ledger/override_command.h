// `chapar ledger override`: the draft of the record that lets a stopped broker go on.
//
// Owns: how the stop is named: by options, or by the output of `chapar broker status --json`; and
// the command line that `broker status` shows for it. Does not know whether the broker will take
// it. The centre root drafts and signs, a registrar approves the file.
#pragma once

#include <filesystem>
#include <string>

#include "client/cli/terminal/invocation.h"
#include "crypto/override.h"

namespace chapar::client {

void add_override_command(CLI::App& ledger, Invocation& invocation);

// What the figures of a stopped broker say of its stop.
struct StopFacts {
    crypto::OverrideWhat what = crypto::OverrideWhat::HighWater;
    TreeSize size;
    Hash root;
    Hash stop;
};
// NotFound: nothing that an override could end. FieldInvalid (context: the figure): no such figure,
// or none in its form.
[[nodiscard]] Result<StopFacts> stop_facts(const boost::json::object& figures);
// The command to run, with all but the reason filled in.
[[nodiscard]] std::string override_command_line(const StopFacts& facts);

}  // namespace chapar::client
