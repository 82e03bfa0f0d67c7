// What chapar-replay prints: the report, and who could read what.
//
// Owns the words, as text and as JSON lines. Decides nothing.
#pragma once

#include <optional>

#include "broker/core/replay.h"
#include "broker/core/replay_standing.h"

namespace chapar::broker {

enum class Form : std::uint8_t { Text, Json };

void print_report(const ReplayReport& report, const RecordedKeys& keys,
                  const ReplayOptions& options, Form form);
// A row a line, as they come.
[[nodiscard]] StandingSink standing_printer(Form form);

}  // namespace chapar::broker
