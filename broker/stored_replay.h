// A store's own ledger, folded again from nothing: what its derived tables must hold.
//
// Owns: leaves and bodies of a store as a recorded ledger, opened with all keys that the broker
// has. Does not know what the result is compared with or kept for. Errors: LedgerDamaged (context:
// the first difference between what the fold makes and what is recorded), and those of the stores.
#pragma once

#include <cstdint>
#include <vector>

#include "broker/core/replay.h"

namespace chapar::broker {

struct StoredReplay {
    TreeSize size;
    std::uint64_t operations = 0;
    // By index: entries that were taken as they stand, for bodies were shredded or pruned. Empty:
    // none, and all of the state was made.
    std::vector<bool> gaps;
};

// Into `fresh`, which is empty and has store_tables().
[[nodiscard]] Result<StoredReplay> replay_stored(const storage::ReadTxn& stored,
                                                 storage::Store& fresh,
                                                 const crypto::LedgerKeys& keys,
                                                 NonceSource& nonces);

}  // namespace chapar::broker
