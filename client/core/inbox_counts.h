// `got`: how many envelopes of a sender came, against how many it says were accepted for this
// device.
//
// Owns: the table inbox.counts, one row for each sender and each certificate of this device that
// the sender sealed to (its count begins anew with each), and what is told about it. Says nothing
// about who keeps an envelope back: one may have expired, been withheld, or come before this home
// was restored. Does not know deliveries. The number is the sender's own word: one that says more
// than can be on the way is told apart, and accuses nobody but itself. Big-endian, strict:
//
//     inbox.counts  sender[32] || own certificate[32] -> u32 received || u32 highest `got`
//                   || u32 newest `got` if it is not to be believed, else 0
//
// Errors: StoreDamaged, and the store's. Source: crypto/envelope.md, "Stanza".
#pragma once

#include <cstdint>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client::inbox_counts {

// More than so many beyond what came are not on the way to one device: its mailbox holds fewer of
// any one sender.
constexpr std::uint32_t kGotAhead = 4096;

struct Came {
    CertificateHash sender;
    CertificateHash own;  // that it was sealed to
    EnvelopeHash envelope;
};
// One more envelope, whose label said `got` (0: not to be read). How many did not come, of those
// that its sender holds receipts for.
[[nodiscard]] Result<std::uint32_t> count_received(storage::Txn& txn, const Came& came,
                                                   std::uint32_t got);
// One that is signed by its sender and refused here, and so comes again and again: it counts once.
[[nodiscard]] Status count_refused(storage::Txn& txn, const Came& came);

// Of so many that came (at least one), and the highest `got` that one of them said.
[[nodiscard]] std::uint32_t missing_of(std::uint32_t received, std::uint32_t most);

}  // namespace chapar::client::inbox_counts
