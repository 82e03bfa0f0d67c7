// When a device makes a new prekey bundle, and when it destroys the secrets of a day.
//
// Owns: these rules (crypto/records.md, "Prekey ladder"), and the two times they need, persisted:
// the newest time this device has ever had reason to believe, which never goes backward, and the
// ledger time up to which the mailbox was fetched. Does not know the keystore
// (edge/keystore_home.h) nor when a session asks. Times UTC ms. Errors: those of a broken store.
//
// The secret of a day goes when the ledger's own time has passed the day's end by the bundle's keep
// days and everything accepted up to then has been fetched; and 30 days later in any case.
#pragma once

#include <optional>
#include <set>

#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "crypto/bundle.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// The first day of a bundle made now: yesterday, so that a sender whose clock is up to a day behind
// finds its day covered.
[[nodiscard]] EpochDay first_epoch_at(TimeMs now);

// Whether the next bundle is due: there is none, the newest was made 7 days ago or covers fewer
// than 7 more, or the secret of today is not held (a home set back from a copy has lost them).
// `newest` as the replica holds it after a sync; `now` by the broker's or the ledger's time.
[[nodiscard]] bool bundle_is_due(const std::optional<crypto::PrekeyBundle>& newest,
                                 const EpochSecrets& held, TimeMs now);
// The plan of that bundle: sequence and predecessor continue what the replica holds, also after a
// device was set back to an older copy.
[[nodiscard]] Result<crypto::BundlePlan> next_bundle(const DirectoryView& directory,
                                                     const CertificateHash& certificate,
                                                     const OfficeId& office, TimeMs now);

// The newest of all times that were given; kept in the store, never backward, so that a clock that
// is set back keeps no secret alive. One that runs far ahead costs the device its secrets.
[[nodiscard]] Result<TimeMs> latest_time(const storage::ReadTxn& txn);
[[nodiscard]] Status advance_latest_time(storage::Txn& txn, TimeMs time);

// The mailbox has run dry: everything accepted up to `ledger_time` is fetched. REQUIRES: the
// replica's ledger time as it was *before* the mailbox was asked. Never backward.
[[nodiscard]] Status mark_fetched(storage::Txn& txn, TimeMs ledger_time);
[[nodiscard]] Result<TimeMs> fetched_to(const storage::ReadTxn& txn);

// Ids of the secrets held whose time is over. `own_clock` counts beside the persisted latest time.
// To be asked at the start of a session, before mail is fetched, and after it ran dry.
[[nodiscard]] Result<std::set<KeyId>> epochs_over(const storage::ReadTxn& txn,
                                                  const CertificateHash& certificate,
                                                  const EpochSecrets& held, TimeMs own_clock);

}  // namespace chapar::client
