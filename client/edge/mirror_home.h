// A ledger mirror on disk, and what fills it: a device's session, the broker's socket, an export.
//
// Owns: the store (LMDB, apart from a device's), the loop of questions, and what is kept and
// dropped when an answer contradicts what was signed. Does not know what entries say. Blocks. One
// page is one transaction, so a run that is cut goes on where it was. Errors: those of
// ledger_mirror.h, of the source, of the store.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "client/core/ledger_mirror.h"
#include "client/edge/admin_client.h"
#include "client/edge/session.h"
#include "storage/store.h"

namespace chapar::client {

// Makes the folder if there is none. StoreInUse.
[[nodiscard]] Result<std::unique_ptr<storage::Store>> open_mirror(
    const std::filesystem::path& directory);

// Answers LEDGER questions. Borrows what it is made of.
using LedgerSource = std::function<Result<schemas::Ledger>(EntryIndex from)>;
[[nodiscard]] LedgerSource source_of(Session& session);
[[nodiscard]] LedgerSource source_of(AdminClient& socket);

struct MirrorSync {
    std::uint64_t entries = 0;  // taken by this run
    std::uint64_t size = 0;     // proven
    std::uint64_t bodies = 0;   // of own entries, that had been missing
};
// `progress`: entries here, entries of the newest head; may be empty. After HeadMismatch or
// LeafInvalid the notes are kept (mirror_alarms) and what was not proven is gone.
[[nodiscard]] Result<MirrorSync> sync_mirror(
    storage::Store& mirror, const TrustCard& card, const LedgerSource& source,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace chapar::client
