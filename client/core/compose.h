// From what a person wants to say to a sealed, signed envelope in the outbox.
//
// Owns: header defaults, draft records, choice of devices and bundles, batches. Does not know JSON
// (cases/), networks, or clocks: `now` and `random` are given. A batch is signed once; batches hold
// at most limits::kBatchItems and what one frame can carry, and from CONFIDENTIAL upward only
// envelopes of equal audience.
//
// Errors: OfficeUnknown, BundleStale (no device of an office has keys for today), DirectoryStale
// (not synced for 7 days, CONFIDENTIAL and above), HeaderRule, TooLarge, FieldInvalid. After an
// error the drafts stay drafts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

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

struct Draft {
    EnvelopeOptions options;
    schemas::Payload payload;  // says the kind
};

// Puts drafts in the outbox. AlreadyExists for a message id that was used.
[[nodiscard]] Result<std::vector<OutboxNumber>> add_drafts(storage::Txn& txn, const Device& device,
                                                           std::span<const Draft> drafts,
                                                           TimeMs now, crypto::Random& random);

struct SealReport {
    std::vector<OutboxNumber> sealed;
    std::vector<CertificateHash> skipped;  // devices without keys for today
};
// Seals drafts, all or none (the transaction decides), and signs them in as few batches as fit.
[[nodiscard]] Result<SealReport> seal_drafts(storage::Txn& txn, const Device& device,
                                             std::span<const OutboxNumber> drafts, TimeMs now,
                                             crypto::Random& random);

// An outbox item's own text, whatever its stage: for `outbox show`.
struct StoredDraft {
    schemas::Header header;  // its content hash is zero: that is made when it is sealed
    schemas::SealedContent content;
    std::vector<OfficeId> to;
};
[[nodiscard]] Result<StoredDraft> stored_draft(const storage::ReadTxn& txn, const Device& device,
                                               OutboxNumber number);

}  // namespace chapar::client
