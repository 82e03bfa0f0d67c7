// The inbox: what this device received, and why it believes it.
//
// Owns: the order of checks on a delivery (proof first, then directory, then the envelope's own:
// crypto/receive.h), the replay set, and what is kept. Reading (inbox_examine.h), deciding
// (inbox_judge.h), opening (inbox_open.h) and keeping (inbox_keep.h) are apart. Does not know
// networks or how a text is shown. A delivery without its ledger proof is not opened. While its
// signature is in doubt (peer_trust.h: the directory is behind, or its agency is not confirmed), it
// is kept as provisional: readable, but nothing is signed for it and it moves nothing. Texts and
// the secrets of all streams are kept sealed in the vault; large attachments are not waited for.
//
// receive() returns an error only for a broken store; everything about the delivery is in its
// report. View tags are not recomputed (their keys are the agency's): the body's recipient agency
// and this device's own stanza stand for them. Source: client/core/mail.md, "A delivery";
// crypto/envelope.md, "Receive".
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/device.h"
#include "client/core/peer_trust.h"
#include "client/core/proof.h"
#include "client/core/receipt.h"
#include "crypto/checkpoint.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/stream.h"
#include "schemas/base/ids.h"
#include "schemas/base/number.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/content.h"
#include "schemas/frames.h"
#include "schemas/header.h"
#include "storage/store.h"

namespace chapar::client {

using InboxNumber = StrongNumber<struct InboxNumberTag>;  // from 1, local to this computer

enum class InboxState : std::uint8_t {
    Provisional = 1,   // opened; the directory is behind
    Received = 2,      // opened and settled; DELIVERED is signed
    Opened = 3,        // shown to a person
    Acknowledged = 4,  // a person took it over
    Unopenable = 5,    // settled, but it does not open; said so
    Recalled = 6,      // text deleted at its sender's word
};
[[nodiscard]] std::string_view text_of(InboxState state);

struct InboxItem {
    InboxNumber number;
    InboxState state = InboxState::Provisional;
    EnvelopeHash hash;
    EntryIndex accepted;
    TimeMs accepted_at;
    CertificateHash sender;
    OfficeId sender_office;
    AgencyId sender_agency;
    MessageId message{};
    CaseId case_id{};
    schemas::Kind kind = schemas::Kind::SeizureAlert;
    schemas::Urgency urgency = schemas::Urgency::Routine;
    schemas::Classification classification = schemas::Classification::Unclassified;
    TimeMs created{};
    TimeMs expires{};
    TimeMs reply_by{};                  // 0 = no reply is awaited
    std::uint16_t receipts_wanted = 0;  // schemas::kReceipt..
    bool disputed = false;              // its key was called compromised, now or later; not stored
    std::string problem{};         // of the error catalogue: for Unopenable, and why Provisional
    std::uint8_t attachments = 0;  // streams beside the text
    std::vector<MessageId> derived_from{};    // the envelopes that this one is made of
    std::optional<InboxNumber> sent_again{};  // an earlier item that this one repeats
    bool operator==(const InboxItem&) const = default;
};
// Opened, decided, and not taken back: something may rest on what it says.
[[nodiscard]] bool is_settled(const InboxItem& item);

enum class Reception : std::uint8_t {
    Stored,       // new: opened and settled
    Provisional,  // new or again: the directory is behind
    Settled,      // was provisional, is settled now
    Duplicate,    // known already
    Unopenable,   // genuine, but does not open: said so
    Refused,      // not genuine, or its sender may not: nothing kept, nothing signed
};

struct ReceptionReport {
    Reception reception = Reception::Refused;
    std::optional<InboxNumber> number;
    std::optional<Error> problem;         // for Unopenable and Refused
    Doubt doubt = Doubt::None;            // for Provisional
    std::optional<InboxNumber> recalled;  // the item that this recall emptied
    std::uint32_t missing =
        0;  // that its sender has receipts for and that did not come yet: urgency orders mail
};

struct ReceptionInput {
    const schemas::Delivery& envelope;
    const crypto::Checkpoint& head;  // of the frame, accepted by heads.h
    const EpochSecrets& epochs;
    TimeMs now;
    std::string_view note;  // that `head` was read from: kept with the proof, for evidence
};
[[nodiscard]] Result<ReceptionReport> receive(storage::Txn& txn, const Device& device,
                                              const ReceptionInput& input, crypto::Random& random);
// Decides again about everything that is provisional: after each sync. What changed; an item whose
// sender turns out not to have been allowed is gone and reported as Refused. One that can be
// decided no more (its ledger was closed, its certificate renewed) is reported so once, and stays
// in doubt.
[[nodiscard]] Result<std::vector<ReceptionReport>> decide_again(storage::Txn& txn,
                                                                const Device& device,
                                                                const EpochSecrets& epochs,
                                                                TimeMs now, crypto::Random& random);

// An attachment that an item lists; its text only where it came with the envelope.
struct InboxAttachment {
    std::uint16_t stream = 1;  // of the envelope
    schemas::Attachment listed;
    Hash digest;                          // SHA-256 of the text, by stream 0
    crypto::StreamCommitment commitment;  // of E: what is fetched, and how it is checked
    std::optional<Bytes> text;
    bool operator==(const InboxAttachment&) const = default;
};

// Header and text of an item. NotFound, also after a recall.
struct InboxText {
    schemas::Header header;
    schemas::SealedContent content;
    std::vector<InboxAttachment> attachments;  // as content.manifest.attachments lists them
};
[[nodiscard]] Result<std::vector<InboxItem>> inbox_items(const storage::ReadTxn& txn);
[[nodiscard]] Result<InboxItem> inbox_item(const storage::ReadTxn& txn, InboxNumber number);
[[nodiscard]] Result<std::optional<InboxItem>> inbox_find(const storage::ReadTxn& txn,
                                                          const EnvelopeHash& hash);
// Of any sender: message ids are unique per sender only.
[[nodiscard]] Result<std::vector<InboxItem>> inbox_find(const storage::ReadTxn& txn,
                                                        const MessageId& message);
[[nodiscard]] Result<InboxText> inbox_text(const storage::ReadTxn& txn, const Device& device,
                                           InboxNumber number);

// s_j of every stream of the envelope, stream 0 first: each opens, and discloses, one stream.
// NotFound as for inbox_text().
[[nodiscard]] Result<std::vector<crypto::Secret32>> stream_secrets(const storage::ReadTxn& txn,
                                                                   const Device& device,
                                                                   InboxNumber number);
// Stream 0 without padding, its random bytes and digests included: what evidence seals again.
// NotFound as for inbox_text().
[[nodiscard]] Result<crypto::SecretBuffer> inbox_stream0(const storage::ReadTxn& txn,
                                                         const Device& device, InboxNumber number);
// The proof of its ACCEPTED entry, whose body holds E and the batch item. NotFound.
[[nodiscard]] Result<ReceiptEntry> inbox_receipt(const storage::ReadTxn& txn, InboxNumber number);

// Who approved it, as its ACCEPTED entry proves; signatures were checked when it came.
struct InboxApprover {
    OfficeId office;
    AgencyId agency;
    std::string officer;  // pseudonym
    bool operator==(const InboxApprover&) const = default;
};
struct InboxApproval {
    CertificateHash approver;
    // Empty where the directory does not have the certificate any more: after a succession.
    std::optional<InboxApprover> who;
    bool operator==(const InboxApproval&) const = default;
};
[[nodiscard]] Result<std::vector<InboxApproval>> inbox_approvals(const storage::ReadTxn& txn,
                                                                 InboxNumber number);

// Roots of the large streams of items that are still to be read: what neither this nor the outbox
// needs may go. An item's streams go with its text, and when it has expired.
[[nodiscard]] Result<std::set<Hash>> inbox_needed_blobs(const storage::ReadTxn& txn, TimeMs now);

// `got` that does not add up: raises EnvelopeMissing for each sender of whom envelopes are missing
// (once for each number), or lifts it. REQUIRES: all waiting mail was taken.
[[nodiscard]] Status judge_counts(storage::Txn& txn, TimeMs now);

// A person looked at it, or takes it over: the state moves on and the statement is queued. No
// change, and no statement, for a provisional, unopenable or recalled item, or the second time.
enum class Signed : std::uint8_t { Queued, Nothing };
[[nodiscard]] Result<Signed> mark_opened(storage::Txn& txn, const Device& device,
                                         InboxNumber number, TimeMs now);
[[nodiscard]] Result<Signed> mark_acknowledged(storage::Txn& txn, const Device& device,
                                               InboxNumber number, TimeMs now);

}  // namespace chapar::client
