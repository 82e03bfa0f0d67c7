// What a recipient's device signs about an envelope: delivered, opened, acknowledged, unopenable,
// recall done.
//
// Owns: the decision on a Confirm, and the table `notice`: per sending device the later entries
// about its envelopes, for RECEIPTS. Does not know what a payload said. A statement is taken only
// from a device that the envelope has a stanza for, once per event; a repetition gets the first
// entry again. Its signature was checked by ingress.
//
// The statement's own time is the device's claim and is only bounded from above; the ledger's time
// is the entry's. Source: crypto.md 2 "Statements".
#pragma once

#include <vector>

#include "broker/core/directory_view.h"
#include "broker/core/operation.h"
#include "broker/core/plan.h"

namespace chapar::broker {

// Reason of UNOPENABLE: the device has destroyed the epoch's key. Refused once it has signed
// delivered or opened, and when the ACCEPTED entry is older than limits::kKeyGone.
constexpr std::uint16_t kReasonKeyGone = 1;

[[nodiscard]] Result<Plan> decide_confirm(const DirectoryView& directory, const Centre& centre,
                                          const Moment& moment, const Confirm& confirm);

// Entries from `from` on about envelopes that this device sent (all events after ACCEPTED),
// ascending, at most `limit`.
[[nodiscard]] Result<std::vector<EntryIndex>> notices(const storage::ReadTxn& txn,
                                                      const CertificateHash& sender,
                                                      EntryIndex from, std::size_t limit);
[[nodiscard]] Status put_notice(storage::Txn& txn, const CertificateHash& sender, EntryIndex entry,
                                const EnvelopeHash& envelope);

// A draft about an accepted envelope, for the agency of the ACCEPTED entry `accepted`.
// REQUIRES: the envelope was accepted, and `accepted` is one of its entries.
struct EnvelopeRow;
[[nodiscard]] EntryDraft draft_about(const Moment& moment, crypto::MessageEvent event,
                                     const EnvelopeHash& envelope, const EnvelopeRow& row,
                                     EntryIndex accepted);

}  // namespace chapar::broker
