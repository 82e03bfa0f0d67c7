// From drafts on disk to what the person is told about them.
//
// Owns: the order: connect, seal, hand over, show; what becomes of drafts that cannot be sealed;
// and which of many outcomes is the one to report. Does not know what the drafts say.
#pragma once

#include <vector>

#include "client/cli/device/device_context.h"
#include "client/cli/terminal/invocation.h"

namespace chapar::client {

// Connects, seals and submits. Shows every item. The status is the worst thing to report: what was
// refused, else what waits (Queued). With a fresh directory, drafts that cannot be sealed are
// dropped, and so is `with_them`: nothing is left behind that the person did not get through.
[[nodiscard]] Status dispatch(Invocation& invocation, DeviceContext& context,
                              const std::vector<OutboxNumber>& drafts,
                              const std::vector<OutboxNumber>& with_them = {});
// One result for each.
[[nodiscard]] Result<std::vector<OutboxItem>> show_items(Invocation& invocation,
                                                         DeviceContext& context,
                                                         const std::vector<OutboxNumber>& numbers);

}  // namespace chapar::client
