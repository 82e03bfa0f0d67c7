// What ended or kept bodies, as a mirror believes it: SHRED, HOLD and PRUNE entries.
//
// Owns: whether such an entry is signed by who must sign it at its place, and allowed there as far
// as a ledger shows it, by crypto/retention_rules.h: a bucket that is open is shredded once, not
// before its time, not under a hold; holds are numbered, and not too many; what is pruned is old
// enough and not under a hold. Does not know whether an envelope still waited, nor the age of
// tombstones between the last whole leaf below a PRUNE entry's end and that end. Writes nothing
// when it refuses.
//
// Errors: those of the decoders and of signing_registrars(); ShredEarly, HoldForbids, HoldsFull,
// PruneRefused, RecordRefused, RecordSequence; StoreDamaged. Source: crypto/records.md, "Erasing".
#pragma once

#include <vector>

#include "client/core/directory_ingest.h"
#include "crypto/retention_rules.h"

namespace chapar::client {

// The holds in force that would forbid to shred this bucket there.
[[nodiscard]] Result<std::vector<crypto::HoldRecord>> holds_on(const storage::ReadTxn& txn,
                                                               const crypto::Bucket& bucket,
                                                               const crypto::ShredPlace& place);
// `minimum`: entries below it may be tombstones.
[[nodiscard]] Status take_shred(directory_ingest::Ingestion& in,
                                const directory_ingest::Placed& placed, EntryIndex minimum);
[[nodiscard]] Status take_hold(directory_ingest::Ingestion& in,
                               const directory_ingest::Placed& placed);
// Moves `minimum` up.
[[nodiscard]] Status take_prune(directory_ingest::Ingestion& in,
                                const directory_ingest::Placed& placed, EntryIndex& minimum);

}  // namespace chapar::client
