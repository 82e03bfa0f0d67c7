// A new ledger after one that can not be repaired: what is drafted, and what is demanded before the
// old one is closed.
//
// Owns: what is lost, by the old store and the known notes; the draft (the new manifest and the
// SUCCESSION record, not signed yet); and the check of the signed one. Does not know what is
// carried over (carry_over.h), files (succession_files.h) nor programs of clients. Errors:
// ForkDetected, Usage (nothing is missing), SuccessionInvalid, and the store's. Source: design
// ledger.md 2.8.
#pragma once

#include <string>
#include <vector>

#include "broker/carry_over.h"
#include "crypto/succession.h"

namespace chapar::broker {

// What there is to say of the old ledger before anything is made.
struct Losses {
    EntryIndex kept;
    Hash kept_root;
    TimeMs last;                                 // time of the last entry kept
    KnownNote newest;                            // of all that are known
    std::vector<crypto::SignedRecord> agencies;  // AGENCY records of those who are to sign
};
// Usage if the store reaches every known note; ForkDetected if it contradicts one that it reaches,
// or if two notes contradict each other; NotFound (context: the agency) for an agency that the old
// ledger does not have.
[[nodiscard]] Result<Losses> losses_of(const OldLedger& old, const std::vector<AgencyId>& agencies);

struct NewNode {
    SigningPublicKey log_key;
    CurveKey curve_key;
    std::vector<std::string> endpoints;
};

struct SuccessionDraft {
    crypto::SignedRecord manifest;  // neither is signed
    crypto::SignedRecord succession;
};

[[nodiscard]] Result<SuccessionDraft> draft_succession(const OldLedger& old, const Losses& losses,
                                                       const CarriedOver& rehearsed,
                                                       const NewNode& node, TimeMs now,
                                                       const std::string& reason);

// SuccessionInvalid unless the record is about this store as it stands and the largest known note,
// was made after the last entry kept and not after `now`, and is signed by the centre root and by
// roots of two agencies in force there when it was made. ForkDetected as losses_of(), and if the
// record's note contradicts one that is known.
[[nodiscard]] Result<crypto::Succession> check_succession(const OldLedger& old,
                                                          const crypto::SignedRecord& record,
                                                          TimeMs now);

}  // namespace chapar::broker
