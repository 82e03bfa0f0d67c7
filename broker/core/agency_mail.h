// How much mail waits for the devices of one agency, and whose it is: what its bounds are asked of.
//
// Owns: the table `agencymail`. Counted are mailbox rows, and the streams (as sealed) of each
// envelope once an agency, from its acceptance until the last device of that agency needs it no
// more. What takes back (a recall, a lookout's cancel) has an account and bounds of its own: it is
// needed most where the most waits. Does not know devices or envelopes (mailbox.h, which alone
// changes the counts).
//
//     recipient's agency, padded with 00 to 32 bytes    u64 rows, u64 bytes: of all senders
//     the same || sender's agency                       of this sender's agency
//     the same two with 80 in the first byte            of what takes back; in none of the above
//
// A row without anything waiting is not there. Errors: StoreDamaged: a count would go below zero.
// Source: reliability.md 4 "Session; agency", 5 no. 19.
#pragma once

#include <cstdint>
#include <optional>

#include "broker/core/capacity.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

struct WaitingMail {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    bool operator==(const WaitingMail&) const = default;
};

enum class MailAccount : std::uint8_t { Mail, TakingBack };
// `kind`: of the header.
[[nodiscard]] MailAccount account_of(std::uint16_t kind);

// From which agency to which, on which account. The agencies may be one.
struct AgencyPair {
    AgencyId sender;
    AgencyId recipient;
    MailAccount account = MailAccount::Mail;
};

// The rows as they are stored, for a check: of all senders, of one, and what a row says.
[[nodiscard]] Bytes agency_mail_key(const AgencyId& recipient,
                                    MailAccount account = MailAccount::Mail);
[[nodiscard]] Bytes agency_mail_key(const AgencyPair& pair);
[[nodiscard]] Result<WaitingMail> read_agency_mail(const storage::ReadTxn& txn, ByteView key);

// Of all senders.
[[nodiscard]] Result<WaitingMail> mail_waiting_for(const storage::ReadTxn& txn,
                                                   const AgencyId& recipient,
                                                   MailAccount account = MailAccount::Mail);
[[nodiscard]] Result<WaitingMail> mail_waiting_between(const storage::ReadTxn& txn,
                                                       const AgencyPair& pair);

struct FullestAgency {
    std::optional<AgencyId> agency;  // empty: no mail waits for any
    WaitingMail most;                // its rows and bytes
    WaitingMail all;                 // of all agencies, with what takes back
};
// By rows.
[[nodiscard]] Result<FullestAgency> fullest_agency(const storage::ReadTxn& txn);

// AgencyMailFull: with `more` the agency would have more than its capacity waiting on this account.
// AgencyShare: more than half of it, and more than a quarter of it from this sender's agency: no
// agency fills what belongs to all that write to the recipient.
[[nodiscard]] Status check_agency_room(const storage::ReadTxn& txn, const Capacity& capacity,
                                       const AgencyPair& pair, const WaitingMail& more);

// For mailbox.h.
[[nodiscard]] Status add_waiting(storage::Txn& txn, const AgencyPair& pair,
                                 const WaitingMail& more);
[[nodiscard]] Status take_waiting(storage::Txn& txn, const AgencyPair& pair,
                                  const WaitingMail& less);

}  // namespace chapar::broker
