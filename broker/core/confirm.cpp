#include "broker/core/confirm.h"

#include "broker/core/directory_view.h"
#include "broker/core/envelope_row.h"
#include "broker/core/heads.h"
#include "broker/core/ledger_read.h"
#include "broker/core/mailbox.h"
#include "broker/core/tables.h"
#include "crypto/batch.h"
#include "crypto/statement.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

using crypto::DeliveryEvent;
using crypto::MessageEvent;

// After these the device needs no further hand-out.
bool ends_waiting(DeliveryEvent event) {
    return event == DeliveryEvent::Delivered || event == DeliveryEvent::Unopenable ||
           event == DeliveryEvent::RecallDone;
}

Bytes notice_key(const CertificateHash& sender, EntryIndex entry) {
    return LayoutWriter().raw(sender.view()).u64(entry.value).take();
}

struct About {
    EnvelopeRow envelope;
    StanzaRow stanza;
};

// The envelope and this device's share in it. NotFound for an envelope that was not accepted,
// NotPermitted for a device that has no stanza in it.
Result<About> find_about(const storage::ReadTxn& txn, const crypto::DeliveryStatement& statement) {
    auto envelope = CHAPAR_TRY(read_envelope(txn, statement.envelope));
    if (!envelope || envelope->refused) return Error(Errc::NotFound, "envelope");
    auto stanza = CHAPAR_TRY(read_stanza(txn, envelope->first, statement.signer));
    if (!stanza) return Error(Errc::NotPermitted, "stanza");
    if (statement.accepted != stanza->accepted) return Error(Errc::NotFound, "accepted entry");
    return About{std::move(*envelope), *stanza};
}

// KeyGone makes the sender seal the text again. A device that has opened the envelope had the key,
// and one that asks so late is more likely a thief's.
Status check_key_gone(const storage::ReadTxn& txn, const Moment& moment,
                      const crypto::DeliveryStatement& statement, StanzaRow& stanza) {
    if (statement.event != DeliveryEvent::Unopenable || statement.reason != kReasonKeyGone) {
        return Done{};
    }
    if (stanza.stage(DeliveryEvent::Delivered) || stanza.stage(DeliveryEvent::Opened)) {
        return Error(Errc::NotPermitted, "key gone after delivery");
    }
    // What may be pruned is a year old; the decision must not depend on whether it is gone yet.
    if (stanza.accepted < CHAPAR_TRY(read_minimum(txn))) {
        return Error(Errc::NotPermitted, "key gone after 30 days");
    }
    const auto accepted = CHAPAR_TRY(read_leaf(txn, stanza.accepted));
    if (moment.time > accepted.time + limits::kKeyGone) {
        return Error(Errc::NotPermitted, "key gone after 30 days");
    }
    return Done{};
}

Result<Plan> decide(const DirectoryView& directory, const Centre& centre, const Moment& moment,
                    const Confirm& confirm, const crypto::DeliveryStatement& statement) {
    const storage::ReadTxn& txn = directory.txn();
    const Hash hash = crypto::statement_hash(statement);
    auto about = CHAPAR_TRY(find_about(txn, statement));
    if (const auto& entry = about.stanza.stage(statement.event)) {
        return duplicate(hash, *entry, 1);
    }
    const auto item = CHAPAR_TRY(crypto::BatchItem::decode(confirm.item));
    CHAPAR_TRY(directory.in_force(statement.signer, moment.time));
    CHAPAR_TRY(check_key_gone(txn, moment, statement, about.stanza));
    if (statement.time > moment.time + limits::kClockAhead) return Error(Errc::ClockAhead);
    CHAPAR_TRY(check_seen_head(txn, centre, moment.frontier, item.head.seen));

    Plan plan;
    plan.outcome.about = hash;
    plan.outcome.effects.receipts.push_back(about.envelope.sender);
    EntryDraft draft = draft_about(moment, crypto::entry_event(statement.event), statement.envelope,
                                   about.envelope, statement.accepted);
    draft.body.item = confirm.item;
    draft.body.statement = confirm.statement;
    add_draft(plan, moment, std::move(draft));
    plan.write = [statement, about = std::move(about),
                  entry = moment.next](storage::Txn& out) mutable -> Status {
        about.stanza.stage(statement.event) = entry;
        if (ends_waiting(statement.event)) {
            CHAPAR_TRY(take_out(out, about.envelope, statement.signer, about.stanza));
        }
        CHAPAR_TRY(write_stanza(out, about.envelope.first, statement.signer, about.stanza));
        return put_notice(out, about.envelope.sender, entry, statement.envelope);
    };
    return plan;
}

}  // namespace

Result<Plan> decide_confirm(const DirectoryView& directory, const Centre& centre,
                            const Moment& moment, const Confirm& confirm) {
    const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(confirm.statement));
    auto plan = decide(directory, centre, moment, confirm, statement);
    if (plan || is_failure(plan.error().code)) return plan;
    return refusal(crypto::statement_hash(statement), plan.error());
}

EntryDraft draft_about(const Moment& moment, MessageEvent event, const EnvelopeHash& envelope,
                       const EnvelopeRow& row, EntryIndex accepted) {
    CHAPAR_ASSERT(row.addressing && accepted >= row.first);
    const std::uint64_t offset = accepted.value - row.first.value;
    CHAPAR_ASSERT(offset < row.addressing->agencies.size());
    const AgencyId& recipient = row.addressing->agencies[offset];
    EntryDraft draft = draft_at(moment, crypto::LeafKind::Message, event_number(event));
    draft.body.sender_agency = row.addressing->agency;
    draft.body.recipient_agency = recipient;
    draft.body.accepted = accepted;
    draft.body.envelope_hash = envelope;
    draft.readers = EntryReaders{row.addressing->agency, recipient, row.addressing->retention};
    return draft;
}

Result<std::vector<EntryIndex>> notices(const storage::ReadTxn& txn, const CertificateHash& sender,
                                        EntryIndex from, std::size_t limit) {
    std::vector<EntryIndex> entries;
    const auto cursor = txn.cursor(kNoticeTable);
    for (CHAPAR_TRY(cursor->seek(notice_key(sender, from)));
         cursor->at_record() && entries.size() < limit; CHAPAR_TRY(cursor->next())) {
        LayoutReader key(cursor->key());
        if (key.fixed<CertificateHash>() != sender) break;
        entries.emplace_back(key.u64());
    }
    return entries;
}

Status put_notice(storage::Txn& txn, const CertificateHash& sender, EntryIndex entry,
                  const EnvelopeHash& envelope) {
    return txn.put(kNoticeTable, notice_key(sender, entry), envelope.view());
}

}  // namespace chapar::broker
