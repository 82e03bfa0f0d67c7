// What ended or kept bodies, as a mirror believes it: SHRED, HOLD and PRUNE entries.
//
// Owns: whether such an entry is signed by who must sign it at its place, and allowed there as far
// as a ledger shows it: a bucket that is open is shredded once, not before 38 days after its month,
// not under a hold; holds are numbered; what is pruned ends at a multiple of 256, at or below the
// PRUNE entry, is a year old and not under a hold. Does not know whether an envelope still waited,
// nor the age of tombstones between the last whole leaf below a PRUNE entry's end and that end.
// Writes nothing when it refuses.
//
// Errors: those of the decoders and of signing_registrars(); ShredEarly, HoldForbids, PruneRefused,
// RecordRefused, RecordSequence; StoreDamaged. Source: broker/README.md, "Retention".
#pragma once

#include "client/core/directory_ingest.h"

namespace chapar::client {

[[nodiscard]] Status take_shred(directory_ingest::Ingestion& in,
                                const directory_ingest::Placed& placed);
[[nodiscard]] Status take_hold(directory_ingest::Ingestion& in,
                               const directory_ingest::Placed& placed);
// `minimum`: entries below it may be tombstones; moves up.
[[nodiscard]] Status take_prune(directory_ingest::Ingestion& in,
                                const directory_ingest::Placed& placed, EntryIndex& minimum);

}  // namespace chapar::client
