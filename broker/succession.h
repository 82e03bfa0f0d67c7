// A new ledger after one that can not be repaired: what is drafted, what is demanded before the
// old one is closed, and what is carried over.
//
// Owns: the draft (the new manifest and the SUCCESSION record, not signed yet) out of the old store
// and the known notes; the check of the signed one against both; and the carrying over of the
// directory: every record of the old ledger's entries (agencies, registrars, offices, devices,
// peers, revocations, suspensions, bundles, policies), in their order and at their times, through
// the ordinary fold. Nothing is invented: a record counts by its signatures, and what the fold
// refuses is told. Does not know files (succession_main.cpp) nor programs of clients.
//
// The entries that are carried over bear the times of the old ledger and the clock flag *held*,
// because a record is judged at the time at which it was logged; the first EPOCH of chapard itself
// is the first entry of the new ledger's own time.
// Errors: ForkDetected, Usage (nothing is missing), SuccessionInvalid, and the store's.
// Source: design ledger.md 2.8.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "broker/edge/node_keys.h"
#include "broker/edge/tick.h"
#include "broker/repair_notes.h"
#include "crypto/ledger_keys.h"
#include "crypto/succession.h"
#include "storage/store.h"

namespace chapar::broker {

struct OldLedger {
    const NodeKeys& node;
    storage::Store& store;
    const crypto::LedgerKeys& keys;
    const std::vector<KnownNote>& notes;  // by size
};

struct NewNode {
    SigningPublicKey log_key;
    CurveKey curve_key;
    std::vector<std::string> endpoints;
};

struct SuccessionDraft {
    crypto::SignedRecord manifest;  // neither is signed
    crypto::SignedRecord succession;
    std::vector<crypto::SignedRecord> agencies;  // AGENCY records of those who are to sign
};

// Usage if the store reaches every known note; ForkDetected if it contradicts one that it
// reaches; NotFound (context: the agency) for an agency that the old ledger does not have.
[[nodiscard]] Result<SuccessionDraft> draft_succession(const OldLedger& old, const NewNode& node,
                                                       const std::vector<AgencyId>& agencies,
                                                       TimeMs now, const std::string& reason);

// SuccessionInvalid unless the record is about this store as it stands and the largest known note,
// and is signed by the centre root and by roots of two agencies in force there when it was made.
[[nodiscard]] Result<crypto::Succession> check_succession(const OldLedger& old,
                                                          const crypto::SignedRecord& record);

struct CarriedOver {
    std::uint64_t records = 0;
    std::vector<std::string> refused;  // "entry 17 (policy): code context"
    Hash nonce;                        // of the EPOCH under which they stand
};
// Founds the new ledger with `succession` as entry 0 and carries the directory over. REQUIRES: the
// tick's store is empty; the record passed check_succession().
[[nodiscard]] Result<CarriedOver> carry_over(const OldLedger& old, Tick& tick,
                                             const crypto::SignedRecord& succession,
                                             crypto::Random& random);

}  // namespace chapar::broker
