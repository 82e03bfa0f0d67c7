// What became of sent envelopes: entries that the ledger holds about them after ACCEPTED.
//
// Owns: the check of one such entry (it is about an envelope of this outbox, it refers to that
// envelope's own ACCEPTED entry, and the statement inside is signed by a device that it was sealed
// to and that is believed there: peer_trust.h) and the step it means for one office. Does not
// fetch. EXPIRED and WITHHELD carry no statement: they are the broker's own, ledgered word.
//
// Errors. Conflict: the envelope's receipt has not come yet; Provisional: the directory is behind
// the entry; in both cases nothing is changed and the entry is to be asked for again. ProofInvalid,
// LeafInvalid, BatchPath, BatchSignature, CertificateUnknown, .Expired, .Revoked, .Suspended,
// PeerUnconfirmed, PeerKeyChanged: this entry proves nothing; nothing is changed.
#pragma once

#include "client/core/agency_roots.h"
#include "client/core/proof.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

enum class EventEffect : std::uint8_t { Updated, NotOurs };

[[nodiscard]] Result<EventEffect> apply_event(storage::Txn& txn, const AgencyRoots& own,
                                              const ProvenEntry& entry);

// Where to ask RECEIPTS from.
[[nodiscard]] Result<EntryIndex> next_event(const storage::ReadTxn& txn);
[[nodiscard]] Status set_next_event(storage::Txn& txn, EntryIndex next);

}  // namespace chapar::client
