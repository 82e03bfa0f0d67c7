#include <algorithm>
#include <utility>

#include "client/core/carried_over.h"
#include "client/core/epochs.h"
#include "client/core/events.h"
#include "client/core/gossip.h"
#include "client/core/kept_entries.h"
#include "client/core/store_errors.h"
#include "client/edge/session_frames.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

// What one question for events may ask at most: an answer that never ends is a broken broker.
constexpr int kEventFrames = 100000;

}  // namespace

// A proven event about an own envelope: its author's head is held against ours, and it is awaited
// under a witnessed one.
Status Session::heed_event(storage::Txn& txn, const ProvenEntry& entry) {
    const crypto::EntryBody& body = *entry.body();
    const TimeMs now = parts_.clock.now();
    if (body.statement && body.item) {
        const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(*body.statement));
        const auto item = CHAPAR_TRY(crypto::BatchItem::decode(*body.item));
        CHAPAR_TRY(heed_named_head(
            txn, {item.head.seen, statement.signer, statement.envelope, entry.index()}, now));
    }
    return await_proof(txn, {entry.index(), AwaitedKind::Event, *body.envelope_hash,
                             crypto::leaf_hash(entry.leaf_bytes())});
}

Result<bool> Session::are_misplaced(storage::Txn& txn, std::span<const schemas::EntryProof> proofs,
                                    const Received& frame) const {
    return any_misplaced(txn, parts_.home.device().card.manifest().ledger, proofs, *frame.head);
}

Result<bool> Session::take_events(const Received& received, EventReport& report) {
    const auto& receipts = std::get<schemas::Receipts>(received.frame);
    // Else one frame would have this device pass over every event to come.
    if (receipts.next.value > received.head->size.value) {
        return Error(Errc::MalformedFrame, "receipts beyond the signed head");
    }
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    EntryIndex next = receipts.next;
    bool go_on = !receipts.done;
    for (const schemas::EntryProof& proof : receipts.proofs) {
        if (CHAPAR_TRY(are_misplaced(*txn, {&proof, 1}, received))) {
            report.alarms.push_back(Error(Errc::LeafInvalid, "epoch"));
            continue;
        }
        const auto entry = ProvenEntry::verify(proof, *received.head);
        const auto effect = entry ? apply_event(*txn, parts_.home.device().roots, *entry)
                                  : Result<EventEffect>(entry.error());
        if (effect) {
            if (*effect == EventEffect::Updated) {
                ++report.updated;
                CHAPAR_TRY(heed_event(*txn, *entry));
                CHAPAR_TRY(keep_entry(*txn, proof, received.note));
            }
            continue;
        }
        if (effect.error().code == Errc::Conflict || effect.error().code == Errc::Provisional) {
            // Its receipt, or the directory before it, has not come yet: it is asked for again.
            next = std::min(next, proof.index);
            go_on = false;
            break;
        }
        // Not judged: passed over, it would never be asked for again.
        if (is_store_error(effect.error().code)) return effect.error();
        report.alarms.push_back(effect.error());
    }
    CHAPAR_TRY(set_next_event(*txn, next));
    CHAPAR_TRY(std::move(*txn).commit());
    return go_on;
}

Result<EventReport> Session::fetch_events() {
    EventReport report;
    CHAPAR_TRY(ask_proofs());
    for (int frames = 0; frames < kEventFrames; ++frames) {
        EntryIndex from;
        {
            const auto txn = CHAPAR_TRY(parts_.store.begin_read());
            from = CHAPAR_TRY(next_event(*txn));
        }
        CHAPAR_TRY(send(schemas::ReceiptsAsk{from}));
        const Received received = CHAPAR_TRY(answer<schemas::Receipts>(options_.answer_patience));
        const bool go_on = CHAPAR_TRY(take_events(received, report));
        if (!go_on) {
            CHAPAR_TRY(judge_proofs());
            return report;
        }
        if (std::get<schemas::Receipts>(received.frame).next <= from) break;
    }
    return Error(Errc::MalformedFrame, "receipts without progress");
}

Status Session::grant_credit() {
    if (credit_out_ != 0 && credit_out_ >= options_.credit / 2) return Done{};
    const std::uint32_t more = options_.credit - credit_out_;
    CHAPAR_TRY(send(schemas::Credit{more}));
    credit_out_ += more;
    return Done{};
}

Result<std::optional<Session::Received>> Session::next_delivery(DurationMs patience) {
    if (!deliveries_.empty()) {
        std::optional<Received> first(std::move(deliveries_.front()));
        deliveries_.pop_front();
        return first;
    }
    const Deadline deadline(parts_.clock, patience);
    for (;;) {
        auto received = CHAPAR_TRY(receive_frame(deadline.left()));
        if (!received || std::holds_alternative<schemas::Deliver>(received->frame)) return received;
        if (!std::holds_alternative<schemas::Proofs>(received->frame)) {
            return Error(Errc::MalformedFrame, "an answer that was not asked for");
        }
    }
}

Result<ReceptionReport> Session::take_one(const schemas::Delivery& delivery,
                                          const Received& frame) {
    for (int attempt = 0;; ++attempt) {
        const Device device = parts_.home.device();
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        ReceptionReport report = CHAPAR_TRY(client::receive(
            *txn, device,
            {delivery, *frame.head, parts_.home.epochs(), parts_.clock.now(), frame.note},
            parts_.random));
        if (report.number && report.reception != Reception::Duplicate) {
            const InboxItem item = CHAPAR_TRY(inbox_item(*txn, *report.number));
            CHAPAR_TRY(await_receipts(*txn, item.hash, AwaitedKind::Received));
        }
        CHAPAR_TRY(std::move(*txn).commit());
        if (report.reception != Reception::Provisional || attempt > 0) return report;
        // The directory is behind the envelope: fetch it, and decide again. A sync would not help
        // where an agency is not confirmed.
        const bool behind =
            report.doubt == Doubt::DirectoryBehind || report.doubt == Doubt::SignerNotHeld;
        if (!behind) return report;
        SyncReport synced;
        CHAPAR_TRY(fetch_directory(synced));
    }
}

Status Session::take_frame(const Received& received, std::vector<ReceptionReport>& reports) {
    quiet_since_.reset();
    const auto& deliveries = std::get<schemas::Deliver>(received.frame).deliveries;
    CHAPAR_ASSERT(deliveries.size() <= credit_out_);
    credit_out_ -= static_cast<std::uint32_t>(deliveries.size());
    for (const auto& delivery : deliveries) {
        reports.push_back(CHAPAR_TRY(take_one(delivery, received)));
    }
    return Done{};
}

Result<std::vector<ReceptionReport>> Session::take_deliveries(DurationMs patience) {
    std::vector<ReceptionReport> reports = std::move(taken_);
    taken_.clear();
    CHAPAR_TRY(grant_credit());
    const auto received = CHAPAR_TRY(next_delivery(reports.empty() ? patience : DurationMs(0)));
    if (received) {
        CHAPAR_TRY(take_frame(*received, reports));
    } else if (quiet_since_) {
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        CHAPAR_TRY(mark_fetched(*txn, *quiet_since_));
        CHAPAR_TRY(judge_counts(*txn, parts_.clock.now()));
        CHAPAR_TRY(std::move(*txn).commit());
    }
    if (!reports.empty()) {
        CHAPAR_TRY(push_statements());
        CHAPAR_TRY(ask_proofs());
    }
    return reports;
}

}  // namespace chapar::client
