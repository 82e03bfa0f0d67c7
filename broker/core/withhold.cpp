#include "broker/core/withhold.h"

#include <algorithm>

#include "broker/core/confirm.h"
#include "broker/core/directory_view.h"
#include "broker/core/envelope_row.h"
#include "broker/core/lost_payload.h"
#include "broker/core/policy.h"

namespace chapar::broker {
namespace {

WithholdReason reason_of(const Error& error) {
    if (error.code == Errc::CertificateRevoked) return WithholdReason::Revoked;
    return error.context == "device" ? WithholdReason::CertificateExpired
                                     : WithholdReason::OfficeClosed;
}

}  // namespace

Result<HandOutDecision> may_hand_out(const DirectoryView& directory, const MailboxRow& row,
                                     TimeMs now) {
    const auto recipient = directory.in_force(row.device, now);
    if (!recipient) {
        if (is_failure(recipient.error().code)) return recipient.error();
        if (recipient.error().code == Errc::CertificateSuspended) {
            return HandOutDecision{HandOut::Wait, {}};
        }
        return HandOutDecision{HandOut::No, reason_of(recipient.error())};
    }
    const auto envelope = CHAPAR_TRY(read_envelope(directory.txn(), row.envelope));
    if (!envelope || !envelope->addressing) return Error(Errc::NotFound, "envelope");
    const Addressing& to = *envelope->addressing;
    const OfficeEntry* from = CHAPAR_TRY(directory.office(to.office));
    if (from == nullptr) return Error(Errc::StoreDamaged, "office");
    const Subject subject{to.kind, to.classification, to.conditions};
    const auto decision =
        CHAPAR_TRY(decide_policy(directory, from->record, {&recipient->office, 1}, subject));
    if (decision.effect == Effect::Deny)
        return HandOutDecision{HandOut::No, WithholdReason::Policy};
    return HandOutDecision{};
}

Result<std::vector<Withhold>> withholds_due(const storage::ReadTxn& txn, std::size_t limit) {
    std::vector<Withhold> out;
    for (const CertificateHash& device : CHAPAR_TRY(closed_mailboxes(txn, limit))) {
        for (const MailboxRow& row :
             CHAPAR_TRY(waiting_rows(txn, device, {}, limit - out.size()))) {
            out.push_back({row.envelope, row.device});
        }
        if (out.size() >= limit) break;
    }
    const auto lost = CHAPAR_TRY(lost_withholds(txn, limit - std::min(limit, out.size())));
    out.insert(out.end(), lost.begin(), lost.end());
    return out;
}

Result<Plan> decide_withhold(const DirectoryView& directory, const Moment& moment,
                             const Withhold& withhold) {
    const storage::ReadTxn& txn = directory.txn();
    auto envelope = CHAPAR_TRY(read_envelope(txn, withhold.envelope));
    if (!envelope || envelope->refused) return Error(Errc::NotFound, "envelope");
    auto stanza = CHAPAR_TRY(read_stanza(txn, envelope->first, withhold.device));
    if (!stanza || !stanza->waiting) return Error(Errc::NotFound, "mailbox row");
    const MailboxRow row{withhold.device, stanza->urgency,  *stanza->waiting, withhold.envelope,
                         envelope->first, stanza->accepted, stanza->position};
    auto decision = CHAPAR_TRY(may_hand_out(directory, row, moment.time));
    // Asked last: a replay has no payloads at all, and still finds the reason that was recorded.
    if (decision.verdict != HandOut::No && !CHAPAR_TRY(has_payload(txn, envelope->first))) {
        decision = {HandOut::No, WithholdReason::PayloadLost};
    }
    if (decision.verdict != HandOut::No) return Error(Errc::NotPermitted, "it may be handed out");

    Plan plan;
    plan.outcome.effects.receipts.push_back(envelope->sender);
    EntryDraft draft = draft_about(moment, crypto::MessageEvent::Withheld, withhold.envelope,
                                   *envelope, stanza->accepted);
    draft.body.reason = static_cast<std::uint16_t>(*decision.reason);
    draft.body.devices.push_back(withhold.device);
    add_draft(plan, moment, std::move(draft));
    plan.write = [withhold, envelope = std::move(*envelope), stanza = *stanza,
                  entry = moment.next](storage::Txn& out) mutable -> Status {
        CHAPAR_TRY(take_out(out, envelope, withhold.device, stanza));
        CHAPAR_TRY(write_stanza(out, envelope.first, withhold.device, stanza));
        return put_notice(out, envelope.sender, entry, withhold.envelope);
    };
    return plan;
}

}  // namespace chapar::broker
