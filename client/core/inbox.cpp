#include "client/core/inbox.h"

#include <utility>

#include "client/core/carried_over.h"
#include "client/core/gossip.h"
#include "client/core/inbox_counts.h"
#include "client/core/inbox_examine.h"
#include "client/core/inbox_judge.h"
#include "client/core/inbox_keep.h"
#include "client/core/inbox_open.h"
#include "client/core/store_errors.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/frames_codec.h"

namespace chapar::client {
namespace {

using inbox_examine::Examined;
using inbox_judge::Judged;
using inbox_keep::Step;

// What one round of decide_again() may hold in memory.
constexpr std::size_t kDecidedAtOnce = 1024;

// What an earlier look at this delivery has opened; empty if none has, or its record is unreadable.
Result<std::optional<inbox_open::Opened>> opened_before(const Step& step,
                                                        const std::optional<InboxItem>& known) {
    std::optional<inbox_open::Opened> none;
    if (!known) return none;
    auto text = inbox_store::get_text(step.txn, step.device, known->number);
    if (!text && is_store_error(text.error().code)) return text.error();
    if (!text || !*text) return none;
    auto said = inbox_store::read_text(**text);
    if (!said) return none;
    return std::optional(inbox_open::Opened{std::move(**text), std::move(*said)});
}

Result<inbox_open::Opened> open_anew(const Step& step, crypto::VerifiedEnvelope verified,
                                     const crypto::AuditorKeys& auditors) {
    const auto keys = CHAPAR_TRY(
        inbox_open::opening_keys(step.device, step.input.epochs, verified.received().own_label()));
    return inbox_open::open_text(std::move(verified), keys, auditors, step.input.envelope.streams);
}

Result<InboxNumber> number_of(Step& step, const std::optional<InboxItem>& known) {
    if (known) return known->number;
    return InboxNumber(CHAPAR_TRY(take_number(step.txn, tables::kInbox)));
}

// REQUIRES: judged.signers.
Result<ReceptionReport> does_not_open(Step& step, const Examined& examined, const Judged& judged,
                                      const std::optional<InboxItem>& known, const Error& problem) {
    if (inbox_open::is_in_transit(problem.code)) return inbox_keep::refused(problem);
    if (judged.doubt != Doubt::None) return inbox_keep::still_provisional(known, judged.doubt);
    const InboxNumber number = CHAPAR_TRY(number_of(step, known));
    const bool key_held =
        inbox_open::opening_keys(step.device, step.input.epochs, examined.received.own_label())
            .has_value();
    return keep_unopenable(step, inbox_keep::make_item(examined, judged, number), problem,
                           key_held);
}

// REQUIRES: judged.signers.
Result<ReceptionReport> open_and_keep(Step& step, const Examined& examined, const Judged& judged,
                                      const std::optional<InboxItem>& known) {
    auto verified = crypto::VerifiedEnvelope::verify(examined.received, *judged.signers);
    if (!verified) return inbox_keep::withdraw(step, known, verified.error());
    const auto gossip =
        CHAPAR_TRY(heed_named_head(step.txn,
                                   {verified->received().item().head.seen, examined.header.sender,
                                    examined.received.hash(), examined.entry.index()},
                                   step.input.now));
    const inbox_counts::Came came{examined.header.sender, step.device.certificate,
                                  examined.received.hash()};
    if (gossip == Gossip::Beyond) {
        CHAPAR_TRY(inbox_counts::count_refused(step.txn, came));
        return inbox_keep::withdraw(step, known, Error(Errc::HeadUnknown, "named by its author"));
    }
    const auto same_id = CHAPAR_TRY(
        get_number(step.txn, tables::kInboxIds,
                   inbox_store::id_key(examined.header.sender, examined.header.message_id)));
    if (same_id && !known) {
        CHAPAR_TRY(inbox_counts::count_refused(step.txn, came));
        return inbox_keep::refused(Error(Errc::Conflict, "message id"));
    }

    // What was opened stays opened: its day's key may be destroyed while the signer is in doubt.
    auto before = CHAPAR_TRY(opened_before(step, known));
    if (before && inbox_keep::is_kept_so(*known, judged.doubt)) {
        return inbox_keep::still_provisional(known, judged.doubt);
    }
    crypto::AuditorKeys auditors;
    if (!before) {
        auto keys = inbox_open::auditor_keys(DirectoryView(step.txn), examined.received);
        if (!keys && keys.error().code == Errc::Provisional) {
            return inbox_keep::still_provisional(known, Doubt::DirectoryBehind);
        }
        auditors = CHAPAR_TRY(std::move(keys));
    }
    const auto opened = before ? Result<inbox_open::Opened>(std::move(*before))
                               : open_anew(step, std::move(verified).value(), auditors);
    if (!opened) return does_not_open(step, examined, judged, known, opened.error());

    const InboxNumber number = CHAPAR_TRY(number_of(step, known));
    const InboxItem item = inbox_keep::make_item(examined, judged, number);
    if (judged.doubt != Doubt::None) return keep_provisional(step, item, *opened, judged.doubt);
    return keep_settled(step, item, *opened, examined.received.own_label().got, known.has_value());
}

// A delivery as keep_provisional() left it.
struct KeptDelivery {
    schemas::Delivery delivery;
    crypto::Checkpoint head;
    std::string note;
};
Result<KeptDelivery> read_kept(const Device& device, ByteView stored) {
    schemas::Frame frame = CHAPAR_TRY(schemas::decode_frame(stored));
    auto* deliver = std::get_if<schemas::Deliver>(&frame);
    if (deliver == nullptr || deliver->deliveries.size() != 1) {
        return Error(Errc::StoreDamaged, "inbox.provisional");
    }
    crypto::Checkpoint head =
        CHAPAR_TRY(crypto::open_checkpoint(deliver->head.checkpoint, device.card.log()));
    return KeptDelivery{std::move(deliver->deliveries.front()), std::move(head),
                        std::move(deliver->head.checkpoint)};
}

}  // namespace

Result<ReceptionReport> receive(storage::Txn& txn, const Device& device,
                                const ReceptionInput& input, crypto::Random& random) {
    Step step{txn, device, input, random};
    auto examined = inbox_examine::examine(device, input.envelope, input.head);
    if (!examined) return inbox_keep::refused(examined.error());
    const crypto::Leaf& leaf = examined->entry.leaf();
    if (CHAPAR_TRY(is_misplaced(txn, device.card.manifest().ledger, leaf))) {
        return inbox_keep::refused(Error(Errc::LeafInvalid, "epoch"));
    }

    const auto known = CHAPAR_TRY(inbox_find(txn, examined->received.hash()));
    if (known && known->state != InboxState::Provisional) {
        ReceptionReport report;
        report.reception = Reception::Duplicate;
        report.number = known->number;
        return report;
    }
    const auto judged = inbox_judge::judge(DirectoryView(txn), device, *examined);
    if (!judged) {
        if (is_store_error(judged.error().code)) return judged.error();
        return inbox_keep::withdraw(step, known, judged.error());
    }
    if (!judged->signers) return inbox_keep::still_provisional(known, judged->doubt);
    return open_and_keep(step, *examined, *judged, known);
}

Result<std::vector<ReceptionReport>> decide_again(storage::Txn& txn, const Device& device,
                                                  const EpochSecrets& epochs, TimeMs now,
                                                  crypto::Random& random) {
    std::vector<std::pair<Bytes, Bytes>> kept;  // keys, and what they hold
    {
        const auto cursor = txn.cursor(tables::kInboxProvisional);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record() && kept.size() < kDecidedAtOnce;
             CHAPAR_TRY(cursor->next())) {
            kept.emplace_back(to_bytes(cursor->key()), to_bytes(cursor->value()));
        }
    }
    std::vector<ReceptionReport> changed;
    for (const auto& [key, stored] : kept) {
        const auto one = read_kept(device, stored);
        if (!one) CHAPAR_TRY(unless_broken(one.error()));
        ReceptionReport report =
            one ? CHAPAR_TRY(receive(txn, device,
                                     {one->delivery, one->head, epochs, now, one->note}, random))
                : inbox_keep::refused(one.error());
        if (report.reception == Reception::Provisional) continue;
        // What is refused now (of another ledger, sealed to a certificate that was renewed) stays
        // refused: it is told once, and its item stays in doubt.
        CHAPAR_TRY(txn.erase(tables::kInboxProvisional, key));
        changed.push_back(std::move(report));
    }
    return changed;
}

}  // namespace chapar::client
