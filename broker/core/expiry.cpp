#include "broker/core/expiry.h"

#include <map>
#include <set>

#include "broker/core/confirm.h"
#include "broker/core/deadline.h"
#include "broker/core/envelope_row.h"
#include "broker/core/mailbox.h"
#include "broker/core/stream_files.h"
#include "broker/core/withhold.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

// What one EXPIRED entry changes.
struct Expiry {
    EnvelopeHash envelope;
    EnvelopeRow accepted;
    EntryIndex entry;
    std::vector<DeviceStanza> devices;
};

Status write_expiry(storage::Txn& txn, Expiry expiry) {
    for (DeviceStanza& stanza : expiry.devices) {
        CHAPAR_TRY(take_out(txn, expiry.accepted, stanza.device, stanza.row));
        CHAPAR_TRY(write_stanza(txn, expiry.accepted.first, stanza.device, stanza.row));
    }
    return put_notice(txn, expiry.accepted.sender, expiry.entry, expiry.envelope);
}

// Adds the EXPIRED entries of one envelope.
Status expire(const storage::ReadTxn& txn, const Moment& moment, const DueEnvelope& due, Plan& plan,
              std::vector<Expiry>& expiries) {
    const auto row = CHAPAR_TRY(read_envelope(txn, due.envelope));
    if (!row || !row->addressing) return Error(Errc::StoreDamaged, "deadline");
    std::map<EntryIndex, std::vector<DeviceStanza>> waiting;  // by ACCEPTED entry
    for (const DeviceStanza& stanza : CHAPAR_TRY(stanzas_of(txn, due.first))) {
        if (stanza.row.waiting) waiting[stanza.row.accepted].push_back(stanza);
    }
    for (auto& [accepted, devices] : waiting) {
        EntryDraft draft =
            draft_about(moment, crypto::MessageEvent::Expired, due.envelope, *row, accepted);
        draft.body.reason = static_cast<std::uint16_t>(WithholdReason::EnvelopeExpired);
        draft.body.cause = moment.next;
        for (const DeviceStanza& stanza : devices) draft.body.devices.push_back(stanza.device);
        const EntryIndex entry = moment.entry(plan.drafts.size());
        add_draft(plan, moment, std::move(draft));
        expiries.push_back({due.envelope, *row, entry, std::move(devices)});
    }
    if (!waiting.empty()) plan.outcome.effects.receipts.push_back(row->sender);
    return Done{};
}

}  // namespace

Result<Plan> decide_advance(const storage::ReadTxn& txn, const Moment& moment) {
    const auto due = CHAPAR_TRY(due_envelopes(txn, moment.time, limits::kExpiriesPerAdvance));
    Plan plan;
    if (due.empty()) return plan;
    add_draft(plan, moment, draft_at(moment, crypto::LeafKind::Time, crypto::kNoEvent));
    std::vector<Expiry> expiries;
    std::set<EntryIndex> over;
    for (const DueEnvelope& one : due) {
        CHAPAR_TRY(expire(txn, moment, one, plan, expiries));
        over.insert(one.first);
    }
    plan.outcome.effects.released = CHAPAR_TRY(held_only_by(txn, over));
    plan.write = [expiries = std::move(expiries), due](storage::Txn& out) -> Status {
        for (const Expiry& expiry : expiries) CHAPAR_TRY(write_expiry(out, expiry));
        for (const DueEnvelope& one : due) CHAPAR_TRY(end_deadline(out, one));
        return Done{};
    };
    return plan;
}

Status take_out_due(storage::Txn& txn, TimeMs time) {
    for (const DueEnvelope& due :
         CHAPAR_TRY(due_envelopes(txn, time, limits::kExpiriesPerAdvance))) {
        const auto accepted = CHAPAR_TRY(read_envelope(txn, due.envelope));
        if (!accepted || !accepted->addressing) return Error(Errc::StoreDamaged, "deadline");
        for (DeviceStanza& stanza : CHAPAR_TRY(stanzas_of(txn, due.first))) {
            if (!stanza.row.waiting) continue;
            CHAPAR_TRY(take_out(txn, *accepted, stanza.device, stanza.row));
            CHAPAR_TRY(write_stanza(txn, due.first, stanza.device, stanza.row));
        }
        CHAPAR_TRY(end_deadline(txn, due));
    }
    return Done{};
}

Result<Plan> decide_step(const Moment& moment, const Step& step) {
    Plan plan;
    EntryDraft draft =
        draft_at(moment, crypto::LeafKind::Time, event_number(crypto::TimeEvent::Stepped));
    draft.body.step = step.step;
    add_draft(plan, moment, std::move(draft));
    return plan;
}

}  // namespace chapar::broker
