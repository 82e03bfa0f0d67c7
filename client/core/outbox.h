// The outbox: every envelope this device wants to send, from draft to its last receipt.
//
// Owns: the states and the only moves between them, and the bytes that are sent. Everything is
// persisted before it is used: an envelope is sealed once, and a resend sends the same bytes. "On
// this computer" becomes "logged" only through a `Receipt`, which only verify_receipt() makes.
// Does not know networks, or how an envelope is sealed (compose.h). Drafts are sealed in
// the vault. Times are UTC ms.
//
//     drafted -> on this computer -> logged -> (per office) delivered -> opened -> acknowledged
//      |  ^            |                          \-> withheld, expired, recalled
//      |  |            +-> refused                     (dropped: erased; its id stays used)
//      |  +-- awaiting approvals
//      +-> dropped
//
// Large streams lie outside the store (blob.h); an item knows their roots and which of them the
// broker has. What was sealed but never handed to the network may become a draft again.
//
// Errors: AlreadyExists (a message id twice), NotFound, Conflict (a move that is not allowed).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/core/device.h"
#include "client/core/receipt.h"
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/stanza.h"
#include "crypto/vault.h"
#include "schemas/base/ids.h"
#include "schemas/base/number.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/delivery_state.h"
#include "schemas/header.h"
#include "storage/store.h"

namespace chapar::client {

using OutboxNumber = StrongNumber<struct OutboxNumberTag>;  // from 1, local to this computer

struct OutboxOffice {
    OfficeId office;
    AgencyId agency;
    // OnThisComputer, Logged, Delivered, Opened, Acknowledged, Withheld, Expired or Recalled.
    schemas::Stage stage = schemas::Stage::OnThisComputer;
    TimeMs since{};                          // of the entry behind the stage; 0 before it is logged
    std::optional<EntryIndex> at{};          // the entry behind the stage
    std::optional<EntryIndex> unopenable{};  // a device signed that it cannot open it
    std::optional<CertificateHash> device{};  // who signed, for delivered and later
    std::vector<CertificateHash> devices{};   // sealed to
    // Of these: signed that they lost the key, or the broker lost what was sealed to them.
    std::vector<CertificateHash> key_gone{};
    bool operator==(const OutboxOffice&) const = default;
};

// Why it is where it is; all empty while there is nothing to say.
struct OutboxProblem {
    std::string code;  // of the error catalogue
    std::string context;
    std::string rule;
    PolicyHash policy;
    bool operator==(const OutboxProblem&) const = default;
};

// A stream that is a blob: its ciphertext is not in `OutboxBytes`.
struct OutboxFile {
    std::uint16_t stream = 1;
    Hash root;               // R_j, its name
    std::uint64_t size = 0;  // ciphertext bytes
    bool uploaded = false;   // the broker said that it is complete there
    bool kept = true;        // its blob is here
    bool operator==(const OutboxFile&) const = default;
};

// Approvals that a draft waits for, or was sealed with. approval.h fills it.
struct OutboxApprovals {
    std::uint8_t needed = 0;  // 0: none were asked for
    std::vector<OfficeId> asked;
    std::vector<crypto::Approval> given;
    std::vector<CertificateHash> refused_by;
    std::vector<std::uint64_t> answers_seen;  // inbox numbers
    bool operator==(const OutboxApprovals&) const = default;
};

// How an envelope and those that repeat it belong together. reseal.h fills it.
struct OutboxReseal {
    std::optional<OutboxNumber> first;    // this one repeats that item
    std::uint8_t generation = 0;          // 0 = sent for the first time
    bool partial = false;                 // to some devices of an envelope that others have
    std::vector<CertificateHash> done;    // devices to which it was sealed again
    std::optional<OutboxNumber> instead;  // it was refused, and this one went in its place
    bool operator==(const OutboxReseal&) const = default;
};

struct OutboxItem {
    OutboxNumber number;
    // Drafted, AwaitingApprovals, OnThisComputer, Logged or Refused; the offices tell the rest.
    schemas::Stage stage = schemas::Stage::Drafted;
    MessageId message;
    EnvelopeHash hash;  // zero while drafted
    CaseId case_id;
    schemas::Kind kind = schemas::Kind::SeizureAlert;
    schemas::Urgency urgency = schemas::Urgency::Routine;
    schemas::Classification classification = schemas::Classification::Unclassified;
    TimeMs created;
    TimeMs expires;
    std::uint32_t attempts = 0;       // times it was handed to the network
    std::optional<EntryIndex> entry;  // first ACCEPTED, or REJECTED, entry
    TimeMs entry_time;
    std::vector<OutboxOffice> offices;
    OutboxProblem problem;
    std::vector<OutboxFile> files;
    OutboxApprovals approvals;
    OutboxReseal reseal;
    bool operator==(const OutboxItem&) const = default;
};

// What is sent, byte for byte, as often as needed.
struct OutboxBytes {
    Bytes statement;  // E
    crypto::BatchItem item;
    AudienceBlind blind;
    std::vector<crypto::Stanza> stanzas;
    std::vector<AgencyId> stanza_agencies;  // one for each stanza
    std::vector<Bytes> streams;             // ciphertexts; empty for a blob
    bool operator==(const OutboxBytes&) const = default;
};

// As it goes into a SUBMIT frame, with its item.
[[nodiscard]] schemas::SubmittedEnvelope submitted(const OutboxBytes& bytes);

// Reading.
[[nodiscard]] Result<std::vector<OutboxItem>> outbox_items(const storage::ReadTxn& txn);
[[nodiscard]] Result<OutboxItem> outbox_item(const storage::ReadTxn& txn, OutboxNumber number);
[[nodiscard]] Result<OutboxItem> outbox_item(const storage::ReadTxn& txn, const MessageId& id);
[[nodiscard]] Result<std::optional<OutboxItem>> outbox_find(const storage::ReadTxn& txn,
                                                            const EnvelopeHash& hash);
[[nodiscard]] Result<OutboxBytes> outbox_bytes(const storage::ReadTxn& txn, OutboxNumber number);
// The draft's own text, opened in the vault: what compose.h stored.
[[nodiscard]] Result<crypto::SecretBuffer> outbox_draft(const storage::ReadTxn& txn,
                                                        OutboxNumber number, crypto::Vault& vault);
// s_j of every stream, stream 0 first: each opens, and discloses, one stream. Kept as long as the
// item. NotFound while it is not sealed.
[[nodiscard]] Result<std::vector<crypto::Secret32>> stream_secrets(const storage::ReadTxn& txn,
                                                                   const Device& device,
                                                                   OutboxNumber number);
// Receipts held for envelopes that `author`, a certificate of this device, sealed to that device.
[[nodiscard]] Result<std::uint32_t> receipts_held(const storage::ReadTxn& txn,
                                                  const CertificateHash& author,
                                                  const CertificateHash& recipient);
// Sealed and neither logged nor refused, by urgency, then number.
[[nodiscard]] Result<std::vector<OutboxItem>> outbox_pending(const storage::ReadTxn& txn);
[[nodiscard]] Result<SentEnvelope> sent_envelope(const storage::ReadTxn& txn, OutboxNumber number,
                                                 const AgencyId& sender_agency);

// Roots of blobs that may be sent or sealed again. What neither this nor the inbox needs may go.
[[nodiscard]] Result<std::set<Hash>> outbox_needed_blobs(const storage::ReadTxn& txn, TimeMs now);
// Roots of blobs that nothing needs any more: their envelopes were delivered to every office, are
// refused for good or over. Each is given once: commit, then remove them.
[[nodiscard]] Result<std::vector<Hash>> outbox_settled_blobs(storage::Txn& txn, TimeMs now);

// Moves.
// `item.number` is given here. AlreadyExists if the message id was used.
[[nodiscard]] Result<OutboxNumber> outbox_draft_add(storage::Txn& txn, OutboxItem item,
                                                    ByteView draft, crypto::Vault& vault,
                                                    crypto::Random& random);
// Any change that is no move: approvals, reseals. Conflict if the stage differs from the stored.
[[nodiscard]] Status outbox_update(storage::Txn& txn, const OutboxItem& item);
// Drafted <-> awaiting approvals.
[[nodiscard]] Status outbox_await_approvals(storage::Txn& txn, OutboxItem item);
[[nodiscard]] Status outbox_approved(storage::Txn& txn, OutboxItem item);
// Drafted -> on this computer. The item's files are given with it.
struct SealedItem {
    EnvelopeHash hash;
    OutboxBytes bytes;
    std::vector<crypto::Secret32> stream_secrets;
};
[[nodiscard]] Status outbox_sealed(storage::Txn& txn, OutboxItem item, const SealedItem& sealed,
                                   crypto::Vault& vault, crypto::Random& random);
// On this computer -> drafted, if it was never handed to the network: else Conflict.
[[nodiscard]] Status outbox_unsealed(storage::Txn& txn, OutboxNumber number);
// The broker has the whole stream.
[[nodiscard]] Status outbox_uploaded(storage::Txn& txn, OutboxNumber number, const Hash& root);
// One more attempt; persisted before the bytes leave.
[[nodiscard]] Status outbox_attempted(storage::Txn& txn, OutboxNumber number);
// On this computer -> logged; stores the receipt and counts it (`got`). Again: no change.
[[nodiscard]] Status outbox_logged(storage::Txn& txn, OutboxNumber number, const Receipt& receipt);
// -> refused, by a ledger entry.
[[nodiscard]] Status outbox_refused(storage::Txn& txn, OutboxNumber number, const Refusal& refusal);
// The broker's word without an entry. A code that says "later" leaves it on this computer; any
// other refuses it. A draft keeps its state.
[[nodiscard]] Status outbox_problem(storage::Txn& txn, OutboxNumber number,
                                    const OutboxProblem& problem);
// Only what was never handed to the network: else Conflict. The key of its text is destroyed.
[[nodiscard]] Status outbox_drop(storage::Txn& txn, OutboxNumber number, crypto::Vault& vault);
// The reason of a WITHHELD entry (broker/core/README.md, "Mailboxes"): the broker was repaired from
// an export, which has no ciphertexts.
constexpr std::uint16_t kPayloadLost = 6;

// A proven event about one device that the envelope was sealed to.
struct OfficeEvent {
    CertificateHash device;
    crypto::MessageEvent event = crypto::MessageEvent::Delivered;
    EntryIndex at;
    TimeMs time;
    std::uint16_t reason = 0;  // of the statement, or of the WITHHELD entry
};
// Moves the device's office: only forward, never back.
[[nodiscard]] Status outbox_office_event(storage::Txn& txn, OutboxNumber number,
                                         const OfficeEvent& event);

// Receipt files of an envelope, in the order of its entries.
[[nodiscard]] Result<std::vector<ReceiptEntry>> receipts_of(const storage::ReadTxn& txn,
                                                            const EnvelopeHash& hash);

}  // namespace chapar::client
