#include "client/core/inbox_keep.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/core/inbox_counts.h"
#include "client/core/inbox_substances.h"
#include "client/core/outbox_store.h"
#include "client/core/recall.h"
#include "client/core/statements.h"
#include "client/core/store_errors.h"
#include "client/core/store_keys.h"
#include "client/core/substance_names.h"
#include "client/core/tables.h"
#include "crypto/tlog_proof.h"
#include "schemas/frames_codec.h"

namespace chapar::client::inbox_keep {
namespace {

Status sign_about(Step& step, const InboxItem& item, crypto::DeliveryEvent event,
                  std::uint16_t reason) {
    return queue_statement(step.txn, {event, item.hash, step.device.certificate, item.accepted,
                                      step.input.now, reason});
}

inbox_counts::Came came(const Step& step, const InboxItem& item) {
    return {item.sender, step.device.certificate, item.hash};
}

// The proof of its ACCEPTED entry, in the form that the sender's receipts have.
Status put_receipt(Step& step, const InboxItem& item) {
    const schemas::EntryProof& proof = step.input.envelope.proof;
    const crypto::TlogProof file{proof.leaf, proof.index, proof.path, std::string(step.input.note)};
    const ReceiptEntry entry{item.accepted, step.device.agency, item.accepted_at,
                             file.text(),   proof.body,         proof.salt};
    return step.txn.put(tables::kReceipts, numbered_key(item.hash.view(), item.accepted.value),
                        outbox_store::encode(entry));
}

// The text, and what the index says of it.
Status put_text(Step& step, const InboxItem& item, const inbox_open::Opened& opened) {
    CHAPAR_TRY(inbox_store::put_text(step.txn, step.device, item.number, opened.text, step.random));
    return inbox_substances::put(step.txn, step.device,
                                 {{item.number, substances_of(opened.said.content.payload)}},
                                 step.random);
}

Status erase_receipt(Step& step, const InboxItem& item) {
    CHAPAR_TRY(
        step.txn.erase(tables::kReceipts, numbered_key(item.hash.view(), item.accepted.value)));
    return Done{};
}

Status erase_delivery(Step& step, InboxNumber number) {
    CHAPAR_TRY(step.txn.erase(tables::kInboxProvisional, number_key(number.value)));
    return Done{};
}

// An earlier item of the same office that says the same, and that this one names as its origin.
Result<std::optional<InboxNumber>> earlier_of(Step& step, const InboxItem& item,
                                              const InboxText& said) {
    for (const MessageId& origin : item.derived_from) {
        for (const InboxItem& earlier : CHAPAR_TRY(inbox_find(step.txn, origin))) {
            const bool same_office = earlier.sender_office == item.sender_office &&
                                     earlier.sender_agency == item.sender_agency;
            // One in doubt may vanish, and this one would be a copy of nothing.
            if (!same_office || earlier.kind != item.kind || !is_settled(earlier)) continue;
            if (earlier.number == item.number) continue;
            const auto text = inbox_text(step.txn, step.device, earlier.number);
            if (!text && is_store_error(text.error().code)) return text.error();
            if (text && text->content.payload == said.content.payload) {
                return std::optional(earlier.number);
            }
        }
    }
    return std::optional<InboxNumber>();
}

}  // namespace

ReceptionReport refused(Error problem) {
    ReceptionReport report;
    report.reception = Reception::Refused;
    report.problem = std::move(problem);
    return report;
}

ReceptionReport still_provisional(const std::optional<InboxItem>& known, Doubt doubt) {
    ReceptionReport report;
    report.reception = Reception::Provisional;
    report.doubt = doubt;
    if (known) report.number = known->number;
    return report;
}

bool is_kept_so(const InboxItem& known, Doubt doubt) {
    return doubt != Doubt::None && known.state == InboxState::Provisional &&
           known.problem == chapar::text_of(inbox_judge::code_of(doubt)).code;
}

InboxItem make_item(const inbox_examine::Examined& examined, const inbox_judge::Judged& judged,
                    InboxNumber number) {
    CHAPAR_ASSERT(judged.sender.has_value());
    const auto& request = judged.sender->record.request.request;
    const schemas::Header& header = examined.header;
    InboxItem item{number,
                   InboxState::Received,
                   examined.received.hash(),
                   examined.entry.index(),
                   examined.entry.body()->time,
                   header.sender,
                   request.office,
                   request.agency};
    item.message = header.message_id;
    item.case_id = header.case_id;
    item.kind = header.kind;
    item.urgency = header.urgency;
    item.classification = header.classification;
    item.created = header.created;
    item.expires = header.expires_at;
    item.reply_by = header.reply_by;
    item.receipts_wanted = header.receipts_wanted;
    item.attachments = static_cast<std::uint8_t>(examined.received.statement().streams.size() - 1);
    item.derived_from = header.derived_from;
    return item;
}

Result<ReceptionReport> keep_settled(Step& step, InboxItem item, const inbox_open::Opened& opened,
                                     std::uint32_t got, bool was_provisional) {
    item.sent_again = CHAPAR_TRY(earlier_of(step, item, opened.said));
    CHAPAR_TRY(inbox_store::put_item(step.txn, item));
    CHAPAR_TRY(put_text(step, item, opened));
    CHAPAR_TRY(put_receipt(step, item));
    CHAPAR_TRY(erase_delivery(step, item.number));
    CHAPAR_TRY(sign_about(step, item, crypto::DeliveryEvent::Delivered, statement_reason::kNone));
    ReceptionReport report;
    report.reception = was_provisional ? Reception::Settled : Reception::Stored;
    report.number = item.number;
    report.missing = CHAPAR_TRY(inbox_counts::count_received(step.txn, came(step, item), got));
    const Recalling recalling{step.txn, step.device, step.input.now, step.random};
    report.recalled = CHAPAR_TRY(apply_earlier_recall(recalling, item));
    if (const auto* recall = std::get_if<schemas::Recall>(&opened.said.content.payload)) {
        report.recalled = CHAPAR_TRY(apply_recall(recalling, item, *recall));
    }
    return report;
}

Result<ReceptionReport> keep_provisional(Step& step, InboxItem item,
                                         const inbox_open::Opened& opened, Doubt doubt) {
    item.state = InboxState::Provisional;
    item.problem = std::string(chapar::text_of(inbox_judge::code_of(doubt)).code);
    CHAPAR_TRY(inbox_store::put_item(step.txn, item));
    CHAPAR_TRY(put_text(step, item, opened));
    CHAPAR_TRY(put_receipt(step, item));
    const schemas::Deliver as_it_came{{std::string(step.input.note), {}}, {step.input.envelope}};
    CHAPAR_TRY(step.txn.put(tables::kInboxProvisional, number_key(item.number.value),
                            schemas::encode_frame(as_it_came)));
    ReceptionReport report;
    report.reception = Reception::Provisional;
    report.number = item.number;
    report.doubt = doubt;
    return report;
}

Result<ReceptionReport> keep_unopenable(Step& step, InboxItem item, const Error& problem,
                                        bool key_held) {
    item.state = InboxState::Unopenable;
    item.problem = std::string(chapar::text_of(problem.code).code);
    CHAPAR_TRY(inbox_store::put_item(step.txn, item));
    CHAPAR_TRY(inbox_store::erase_text(step.txn, step.device, item.number, step.random));
    CHAPAR_TRY(put_receipt(step, item));
    CHAPAR_TRY(erase_delivery(step, item.number));
    CHAPAR_TRY(sign_about(step, item, crypto::DeliveryEvent::Unopenable,
                          inbox_open::reason_of(problem.code, key_held)));
    ReceptionReport report;
    report.reception = Reception::Unopenable;
    report.number = item.number;
    report.problem = problem;
    // It came, and its sender counts it.
    report.missing = CHAPAR_TRY(inbox_counts::count_received(step.txn, came(step, item), 0));
    return report;
}

Result<ReceptionReport> withdraw(Step& step, const std::optional<InboxItem>& known, Error problem) {
    if (known && known->state == InboxState::Provisional) {
        CHAPAR_TRY(inbox_store::erase_text(step.txn, step.device, known->number, step.random));
        CHAPAR_TRY(erase_receipt(step, *known));
        CHAPAR_TRY(erase_delivery(step, known->number));
        CHAPAR_TRY(inbox_store::erase_item(step.txn, *known));
    }
    return refused(std::move(problem));
}

}  // namespace chapar::client::inbox_keep
