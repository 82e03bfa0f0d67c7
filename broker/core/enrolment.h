// How the directory, the ledger's keys and the centre itself come about: Found, OpenEpoch, OpenKey
// and PutRecord.
//
// Owns: which record may follow which, and whose signatures it needs; the sealed copies a ledger
// key must have. Does not know how records are stored (directory.h) or laid out (crypto/).
//
// A record that is refused leaves no entry: it changes nothing, and whoever signed it still has it.
// A record that is in the directory already (same body) is answered as a duplicate.
// Source: specification 1 and 2; crypto.md 2 "Directory and revocation".
#pragma once

#include <vector>

#include "broker/core/operation.h"
#include "broker/core/plan.h"
#include "crypto/ledger_keys.h"

namespace chapar::broker {

[[nodiscard]] Result<Plan> decide_found(const storage::ReadTxn& txn, const Moment& moment,
                                        const Found& found);
// Also whether what was carried over is what entry 0 says (carried.h).
[[nodiscard]] Result<Plan> decide_epoch(const storage::ReadTxn& txn, const Centre& centre,
                                        const Moment& moment, const OpenEpoch& start);
[[nodiscard]] Result<Plan> decide_key(const storage::ReadTxn& txn, const Centre& centre,
                                      const Moment& moment, const OpenKey& key);
[[nodiscard]] Result<Plan> decide_record(const storage::ReadTxn& txn, const Centre& centre,
                                         const Moment& moment, const PutRecord& put);

// Whom the copies of this ledger key are for: the centre's auditor, then the agencies' audit keys,
// none twice. RecordRefused for an agency that is not in the directory.
[[nodiscard]] Result<std::vector<PublicKey>> key_readers(const storage::ReadTxn& txn,
                                                         const Centre& centre,
                                                         const crypto::LedgerKeyScope& scope);

}  // namespace chapar::broker
