// The standing questions of a device about itself, asked after each sync.
//
// Owns: the comparison of the own agency's roots with the pinned ones, and the suspension that a
// device signs against itself when the ledger holds a prekey bundle under its certificate that it
// did not make: someone has its key (a rogue ladder), and mail sealed to it can be read by that
// someone until the fold refuses the certificate. Does not publish. Alarms of single entries are
// raised while they are taken in (directory_replica.h). Errors: those of a broken store.
#pragma once

#include <optional>
#include <string>

#include "client/core/agency_roots.h"
#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "crypto/record.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// The own agency's roots in the ledger are not the pinned ones: asked after each sync, because no
// single entry tells it. Empty while they are, or before the directory holds the agency.
[[nodiscard]] Result<std::optional<std::string>> own_roots_problem(const DirectoryView& directory,
                                                                   const AgencyRoots& own);

// The SUSPEND record, signed by this device against its own certificate, that is to be published at
// once: there is a foreign bundle that no suspension or reinstatement has answered. `now` by the
// broker's clock. The same bytes for the same cause and day, so that publishing it twice is
// harmless. To be asked after each sync.
[[nodiscard]] Result<std::optional<crypto::SignedRecord>> due_suspension(
    const storage::ReadTxn& txn, const Device& device, TimeMs now);

}  // namespace chapar::client
