// Mailboxes: what waits for which device, in which order, and what is handed out for it.
//
// Owns: the tables `mailbox`, `mailcount`, `closed` and `payload`, and that the counts of devices,
// deadlines (deadline.h) and agencies (agency_mail.h) are those of the rows. Does not know
// sessions, credit or retries (delivery is the edge's: it reads here, and may vanish at any moment
// without loss), nor whether a row may still be handed out (withhold.h).
//
// One mailbox per device. Rows are read FLASH before ROUTINE, and by their dense number within an
// urgency. An office counts as delivered when its first device has signed; the rows of its other
// devices stay, because every device has a stanza of its own and an officer at it has not seen the
// envelope. A row goes when its device signs delivered, unopenable or recall done, when it is
// withheld, or when the envelope expires; the payload goes with its last row, the deadline too
// unless streams of the envelope are files: it holds those until expiresAt.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "broker/core/envelope_row.h"
#include "broker/core/operation.h"
#include "broker/core/stanza_row.h"
#include "crypto/stanza.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

struct MailboxRow {
    CertificateHash device;
    std::uint8_t urgency = 0;  // 0 FLASH .. 3 ROUTINE
    MailboxNumber number;      // dense per mailbox, from 1
    EnvelopeHash envelope;
    EntryIndex first;            // first ACCEPTED entry of the envelope
    EntryIndex accepted;         // the ACCEPTED entry of this device's agency
    std::uint16_t position = 0;  // of its stanza in the submission
    bool operator==(const MailboxRow&) const = default;
};

// Where a row stands in its mailbox; in the order of hand-out.
struct MailboxPosition {
    std::uint8_t urgency = 0;
    MailboxNumber number;
    auto operator<=>(const MailboxPosition&) const = default;
};

// How far a reader has come in one mailbox. Numbers only grow, so of each urgency the next one says
// it all: what comes later has a greater one. A new place is before all rows.
class MailboxPlace {
  public:
    // REQUIRES: rows are passed in hand-out order within their urgency.
    void pass(const MailboxRow& row) {
        next_.at(row.urgency) = MailboxNumber(row.number.value + 1);
    }
    // The first number of this urgency that was not passed.
    [[nodiscard]] MailboxNumber next(std::uint8_t urgency) const { return next_.at(urgency); }

  private:
    static constexpr std::size_t kUrgencies = 4;
    std::array<MailboxNumber, kUrgencies> next_{};
};

// Up to `limit` rows of this device in hand-out order, without those that `place` has passed: these
// are not read at all, however many still wait for their device's statement.
[[nodiscard]] Result<std::vector<MailboxRow>> waiting_rows(const storage::ReadTxn& txn,
                                                           const CertificateHash& device,
                                                           const MailboxPlace& place,
                                                           std::size_t limit);
// Empty: it does not wait any more.
[[nodiscard]] Result<std::optional<MailboxRow>> waiting_row(const storage::ReadTxn& txn,
                                                            const CertificateHash& device,
                                                            const MailboxPosition& position);
[[nodiscard]] Result<std::uint32_t> waiting_count(const storage::ReadTxn& txn,
                                                  const CertificateHash& device);

struct DeliveredStanza {
    crypto::Stanza stanza;
    std::uint16_t index = 0;  // in SR
    std::vector<Hash> path;
};

// What a DELIVER frame carries for one row, besides the proof of the entry `row.accepted`.
struct Delivery {
    Bytes envelope;  // E
    Bytes item;
    DeliveredStanza own;
    std::vector<DeliveredStanza> audits;
    std::vector<Bytes> streams;  // empty: a file, to be fetched
};

// Empty if the row has gone meanwhile, or its store was rebuilt by a replay, which has no payload.
[[nodiscard]] Result<std::optional<Delivery>> load_delivery(const storage::ReadTxn& txn,
                                                            const MailboxRow& row);

// The rest is for the fold.

// One device's share of an accepted envelope.
struct Deposit {
    CertificateHash device;
    EntryIndex accepted;
    std::uint16_t position = 0;
};
// Puts a row into each mailbox, the stanza rows, the payload, and the deadline that keeps them, and
// holds the streams that are files. REQUIRES: `accepted` is not refused.
[[nodiscard]] Status deposit(storage::Txn& txn, const EnvelopeHash& envelope,
                             const EnvelopeRow& accepted, std::span<const Deposit> deposits,
                             const Submit& submit);
// Takes the row of this device out, with deadline and payload if it was the last; nothing if it is
// not waiting. `row` is changed, not written. REQUIRES: `accepted` is the row's envelope.
[[nodiscard]] Status take_out(storage::Txn& txn, const EnvelopeRow& accepted,
                              const CertificateHash& device, StanzaRow& row);

// Of a revoked device: what waits for it is to be withheld (withholds_due). Nothing if none waits.
[[nodiscard]] Status close_mailbox(storage::Txn& txn, const CertificateHash& device);
// Closed mailboxes with rows, in any order, at most `limit`.
[[nodiscard]] Result<std::vector<CertificateHash>> closed_mailboxes(const storage::ReadTxn& txn,
                                                                    std::size_t limit);

}  // namespace chapar::broker
