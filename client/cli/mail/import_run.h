// Rows that are ready, into the outbox and out of it.
//
// Owns: the order that makes each row sent once. All rows are kept first, in few transactions, each
// with the note that these rows are in it (core/imports.h): what a crash leaves is whole
// transactions, and the next run finds their rows known. Then they are sealed and handed over
// chunk by chunk, at the pace that the broker allows; what is not handed over stays in the outbox,
// and this or any later command goes on. Blocks; one thread.
#pragma once

#include <span>
#include <vector>

#include "client/cli/device/device_context.h"
#include "client/cli/mail/import_view.h"

namespace chapar::client {

struct ImportParts {
    Invocation& invocation;
    DeviceContext& context;
    RowProgress& progress;
};

// Those of `lines` that are to be sent, in their order.
[[nodiscard]] Result<std::vector<OutboxNumber>> keep_rows(const ImportParts& parts,
                                                          std::span<const ImportLine> lines);

// REQUIRES: parts.context is connected. A draft that cannot be sealed ends it: with those that are
// no further than that it is dropped (`given_up`), its rows are free again, and `why` says so.
[[nodiscard]] Result<ImportOutcome> hand_over_rows(const ImportParts& parts,
                                                   std::span<const OutboxNumber> numbers);

}  // namespace chapar::client
