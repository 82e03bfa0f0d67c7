// From what a person wants to say to a sealed, signed envelope in the outbox.
//
// Owns: header defaults, draft records, choice of devices and bundles, batches. Does not know JSON
// (cases/), networks, or clocks: `now` and `random` are given. A batch is signed once; batches hold
// at most limits::kBatchItems and what one frame can carry, and from CONFIDENTIAL upward only
// envelopes of equal audience.
//
// Errors: OfficeUnknown, PeerUnconfirmed and PeerKeyChanged (the own agency does not vouch for that
// of a recipient), BundleStale (no device of an office has keys for today), DirectoryStale (not
// synced for 7 days, CONFIDENTIAL and above), ApprovalSignature and ApprovalAudience (an approval
// of something else), AttachmentChanged, HeaderRule, TooLarge, FieldInvalid. After an error the
// drafts stay drafts.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/core/blob.h"
#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "client/core/outbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/content.h"
#include "schemas/header.h"
#include "storage/store.h"

namespace chapar::client {

// Unset fields get their defaults in make_header().
struct EnvelopeOptions {
    std::vector<OfficeId> to;               // at least one, no office twice
    std::vector<OfficeId> visible;          // those of `to` that every recipient may know of
    std::vector<CertificateHash> auditors;  // their devices, declared to every party
    std::optional<MessageId> message;       // drawn if unset
    std::optional<CaseId> case_id;          // drawn if unset
    schemas::Classification classification = schemas::Classification::Restricted;
    schemas::Handling handling = schemas::Handling::H1;
    schemas::Purpose purpose = schemas::Purpose::Intel;
    std::optional<schemas::Urgency> urgency;  // the kind's base urgency
    bool personal_data = false;
    std::optional<TimeMs> reply_by;
    std::optional<TimeMs> expires;  // 7 days from now
    std::optional<TimeMs> retain;   // 1 year from now
    std::optional<MessageId> in_reply_to;
    std::optional<MessageId> supersedes;
    std::vector<MessageId> derived_from;
    std::vector<std::string> releasable_to;
    std::optional<OfficeId> originator;
    bool operator==(const EnvelopeOptions&) const = default;
};

// An attachment as it was chosen. Read twice: measured when it is chosen, sealed later; a change in
// between is AttachmentChanged.
struct FileSource {
    std::string path;
    bool operator==(const FileSource&) const = default;
};
// What was sealed before, opened with this device's own stream secret.
struct SentSource {
    OutboxNumber number;
    std::uint16_t stream = 1;
    bool operator==(const SentSource&) const = default;
};
struct DraftAttachment {
    std::variant<FileSource, SentSource, Bytes> source;  // Bytes: made here, small
    schemas::Attachment listed;                          // shown name, type, true length
    Hash digest;                                         // SHA-256
    bool operator==(const DraftAttachment&) const = default;
};
// Reads the file once. `name`: under which it is shown. NotFound, FileFailed, AttachmentTooLarge,
// AttachmentType (not on the list, or its first bytes are another's), FieldInvalid for a name that
// is no file name.
[[nodiscard]] Result<DraftAttachment> measure_attachment(PlainFiles& files, const std::string& path,
                                                         const std::string& name,
                                                         const std::string& media_type);

struct Draft {
    EnvelopeOptions options;
    schemas::Payload payload;  // says the kind
    std::vector<DraftAttachment> attachments;
};

// Puts drafts in the outbox: header, stream 0 and audience blind are settled now, so that others
// can approve exactly them. AlreadyExists for a message id that was used.
[[nodiscard]] Result<std::vector<OutboxNumber>> add_drafts(storage::Txn& txn, const Device& device,
                                                           std::span<const Draft> drafts,
                                                           TimeMs now, crypto::Random& random);

// Between two chunks of an attachment. Bytes of plaintext, of all attachments of one draft.
struct SealStep {
    std::string_view file_name;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};
// What sealing attachments needs besides the store. Borrows. Unset where drafts have none.
struct SealPorts {
    PlainFiles* files = nullptr;
    BlobStore* blobs = nullptr;
    std::function<void(const SealStep&)> step;
};

// What sealing a draft would refuse before it reads an attachment: its approvals apart, whom it is
// for, by the directory of this device, and how old that is.
[[nodiscard]] Status check_sealing(const storage::ReadTxn& txn, const Device& device,
                                   OutboxNumber draft, TimeMs now);

struct SealReport {
    std::vector<OutboxNumber> sealed;
    std::vector<CertificateHash> skipped;  // devices without keys for today
};
// Seals drafts, all or none (the transaction decides), and signs them in as few batches as fit.
// Attachments that do not fit beside the text become blobs, of which one chunk is in memory; after
// an error none of them stays.
[[nodiscard]] Result<SealReport> seal_drafts(storage::Txn& txn, const Device& device,
                                             std::span<const OutboxNumber> drafts, TimeMs now,
                                             crypto::Random& random, const SealPorts& ports = {});

// An outbox item's own text, whatever its stage: for `outbox show`, approvals and reseals.
struct StoredDraft {
    schemas::Header header;  // as it is sealed: its content hash is that of `stream0`
    schemas::SealedContent content;
    crypto::SecretBuffer stream0;  // before padding
    AudienceBlind blind;
    std::vector<OfficeId> to;
    std::vector<CertificateHash> only;  // sealed to these devices only; empty: all reachable
    std::vector<DraftAttachment> attachments;

    [[nodiscard]] std::set<OfficeId> audience() const { return {to.begin(), to.end()}; }
};
[[nodiscard]] Result<StoredDraft> stored_draft(const storage::ReadTxn& txn, const Device& device,
                                               OutboxNumber number);

}  // namespace chapar::client
