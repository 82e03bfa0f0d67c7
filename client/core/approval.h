// Approvals: a draft that others must sign before it is sealed, and what an approver signs.
//
// Owns: both sides' rules. The sender's draft fixes header, stream 0 and blind; requests (kind 218)
// carry them to approvers; an answer (kind 219) carries a signature over exactly that header and
// that audience. An approval moved to another text, header or audience fits nothing and is refused
// here already, before any broker sees it. Does not know who must approve: policies say that
// (EXPLAIN), and the fold counts. Attachments of the target stand in the draft by name, type, size
// and SHA-256; their bytes do not travel with a request.
//
// Errors: NotFound, Conflict (not awaiting, or sealed already), FieldInvalid, MalformedLayout,
// ManifestMismatch (a draft that is not what it says), ApprovalSignature, ApprovalAudience.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "client/core/compose.h"
#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

// Sender. Puts a draft of add_drafts() into *awaiting approvals*. The draft of the request to
// `approvers`, which the caller adds and seals as any other. `needed`: 1..8. `text`: to the
// approvers, may be empty.
[[nodiscard]] Result<Draft> request_approvals(storage::Txn& txn, const Device& device,
                                              OutboxNumber draft,
                                              std::span<const OfficeId> approvers,
                                              std::uint8_t needed, const std::string& text,
                                              TimeMs now);

// Whether this approval is of exactly this draft, by a device that is in force and vouched for, and
// not by the sender's own officer: ApprovalAudience, ApprovalSignature, CertificateUnknown,
// CertificateRevoked, CertificateExpired, CertificateSuspended, PeerUnconfirmed, PeerKeyChanged.
[[nodiscard]] Status check_given(const DirectoryView& directory, const Device& device,
                                 const StoredDraft& draft, const crypto::Approval& approval,
                                 TimeMs now);

// What the inbox holds for drafts that wait. A draft with enough approvals is a plain draft again:
// the next seal_drafts() seals it. An answer that may count later (its signer is suspended, not
// vouched for, not known yet) is judged again each time, told once, and is the draft's `problem`
// meanwhile. Answers of offices that were not asked are ignored, and more than 256 to one draft.
// Idempotent; cheap while nothing waits. Call it after deliveries, before
// sealing.
struct ApprovalReport {
    std::vector<OutboxNumber> complete;  // ready to be sealed
    std::vector<OutboxNumber> refused;   // an approver said no
    // Answers that do not count, or not yet; records that are damaged.
    std::vector<Error> alarms;
};
[[nodiscard]] Result<ApprovalReport> collect_approvals(storage::Txn& txn, const Device& device,
                                                       TimeMs now);

// Drafts that were approved but not sealed, of whose approvals one no longer counts: its approver
// was revoked, suspended, or is not vouched for any more. Each awaits approvals again, says why
// (`problem`), and is asked for anew, of the offices asked before that can be reached. The caller
// seals the request as any other draft. Call it after collect_approvals(), before sealing.
struct LostApproval {
    OutboxNumber number;
    std::optional<OutboxNumber> request;  // none if nobody who was asked can be reached
    Error why;
};
[[nodiscard]] Result<std::vector<LostApproval>> renew_approvals(storage::Txn& txn,
                                                                const Device& device, TimeMs now,
                                                                crypto::Random& random);

// Approver. The drafted envelope as it stands in a request: decoded and checked against itself and
// against who asks.
struct DraftedEnvelope {
    Bytes header_bytes;  // H
    schemas::Header header;
    schemas::SealedContent content;
    std::vector<Hash> attachment_digests;
    std::set<OfficeId> audience;
    AudienceBlind blind;
};
// counted32 H || unpadded stream 0.
[[nodiscard]] Bytes encode_drafted(ByteView header, ByteView stream0);
// `drafted`: attachment 1 of the request, whose item and text these are. FieldInvalid if it is no
// request.
[[nodiscard]] Result<DraftedEnvelope> read_drafted(const InboxItem& request, const InboxText& text,
                                                   ByteView drafted);
// The one request in the inbox that asks about this message. NotFound. Conflict if there are
// several: anyone can write a request about anyone's message, and the approver must say which draft
// is meant (by its inbox number).
[[nodiscard]] Result<InboxItem> find_request(const storage::ReadTxn& txn, const Device& device,
                                             const MessageId& target);
// The answer (kind 219) that approves, or refuses with a reason. `request`: of find_request.
[[nodiscard]] Draft approve(const Device& device, const InboxItem& request,
                            const DraftedEnvelope& drafted);
[[nodiscard]] Draft refuse(const InboxItem& request, const MessageId& target,
                           const std::string& reason);

}  // namespace chapar::client
