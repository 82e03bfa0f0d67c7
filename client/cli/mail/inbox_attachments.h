// Attachments of received items, for the inbox commands.
//
// Owns: what is fetched when, and what is printed about it. Does not know frames or files: the
// device's context does.
#pragma once

#include <filesystem>
#include <set>

#include "client/cli/device/device_context.h"
#include "client/cli/mail/item_view.h"

namespace chapar::client {

[[nodiscard]] Whereabouts where_is(DeviceContext& context, const InboxAttachment& attachment);

// `inbox fetch`: without the broker where everything is here already.
[[nodiscard]] Status fetch_and_save(Invocation& invocation, std::uint64_t number,
                                    const std::filesystem::path& folder);

// `inbox watch --attachments`: streams of all settled items that are still missing, the most urgent
// items first. One that fails is reported and does not stop the others; one whose record cannot be
// read is reported once, and noted in `unreadable`. REQUIRES: connected.
[[nodiscard]] Status fetch_missing(Invocation& invocation, DeviceContext& context,
                                   std::set<InboxNumber>& unreadable);

}  // namespace chapar::client
