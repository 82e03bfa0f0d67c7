// Destroys the keys of records that the store does not hold: what a crash, or a transaction that
// was given up, left in the vault.
//
// Run once when a home is opened, before anything is written. Knows which tables are sealed
// (tables::kSealed), nothing of what they hold.
#pragma once

#include "crypto/vault.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

// After an error no key was destroyed that a record uses.
[[nodiscard]] Status sweep_vault(const storage::ReadTxn& txn, crypto::Vault& vault);

}  // namespace chapar::client
