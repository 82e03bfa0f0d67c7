// A device goes from a ledger that was closed to the one that follows it.
//
// Owns: whether a succession is to be believed here (the card's centre root, and roots of two
// agencies as this device's own directory of the old ledger knows them; no root that this device
// holds contradicts it), what it cannot confirm of it, and what changes in the store: heads,
// directory, awaited proofs, alarms and counts of the old ledger go, for the new one's are read
// anew; what was sent and is lost, or waits in mailboxes that nobody serves any more, is *refused*
// with ledger.closed, so that it is sealed again (reseal.h); everything else stays, also what it
// knew to be revoked or suspended, and what the new directory must show (carried_over.h). Does not
// know files. Times are UTC ms. Errors: SuccessionInvalid (context: why), ForkDetected (this device
// holds another root for the note's size, or for what is kept), those of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/core/agency_roots.h"
#include "client/core/trust_card.h"
#include "crypto/succession.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

struct SignedSuccession {
    crypto::SignedRecord manifest;  // of the new ledger
    crypto::SignedRecord record;
};

// A succession that is signed by who must sign it, and what this device cannot confirm of it.
struct CheckedSuccession {
    crypto::Succession succession;
    std::vector<std::string> doubts;  // sentences, for the person who decides; `beyond` first
    // The size of a signed head that this device holds beyond the record's: more is lost than it
    // says. The old ledger may be closed already, so this is theirs to decide, too.
    std::optional<TreeSize> beyond;
};
// `own`: the agency's roots that the registrar handed over; they count as the directory's do. Two
// agencies that this device knows must have signed; who else did is a doubt.
[[nodiscard]] Result<CheckedSuccession> check_succession(const storage::ReadTxn& txn,
                                                         const TrustCard& card,
                                                         const AgencyRoots& own,
                                                         const SignedSuccession& given);
// The card of the new ledger; the old endpoint if the new manifest has it.
[[nodiscard]] Result<TrustCard> card_after(const TrustCard& card, const SignedSuccession& given);

struct Moved {
    std::uint64_t receipts_lost = 0;   // receipts for entries that are lost
    std::uint64_t again = 0;           // envelopes that will be sealed again
    std::uint64_t directory_lost = 0;  // directory entries that this device knows and that are lost
    std::uint64_t endings_lost = 0;    // of these: revocations and suspensions
    std::uint64_t statements_lost = 0;  // confirmations of receipt that the old ledger never logged
};
// Alarms, heads and what others owe a proof for go: keep them first. A head beyond the record's
// stays as an alarm. Commit, then keep card_after().
[[nodiscard]] Result<Moved> move_to_new_ledger(storage::Txn& txn, const CheckedSuccession& checked,
                                               TimeMs now);
// The record that was approved here for a ledger: its entry 0 must be this one. Empty for a ledger
// to which this device did not come from another.
[[nodiscard]] Result<std::optional<Hash>> approved_succession(const storage::ReadTxn& txn,
                                                              const Home& home);
// Whether move_to_new_ledger() was committed for this succession.
[[nodiscard]] Result<bool> has_moved(const storage::ReadTxn& txn,
                                     const crypto::SuccessionRecord& record);
// Whether the receipts of this envelope are of a ledger that was closed.
[[nodiscard]] Result<bool> is_of_closed_ledger(const storage::ReadTxn& txn,
                                               const EnvelopeHash& envelope);

}  // namespace chapar::client
