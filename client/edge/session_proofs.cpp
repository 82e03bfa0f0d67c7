// Proofs against later heads: what is asked for, what is taken, what is told when it does not come.
#include <algorithm>
#include <utility>

#include "client/core/fork.h"
#include "client/core/gossip.h"
#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
#include "client/edge/session_frames.h"

namespace chapar::client {
namespace {

// The broker keeps so many for one session.
constexpr std::size_t kAskedAtOnce = 1024;
// Of one frame, so that the answer (leaf and path each) fits one.
constexpr std::size_t kAskedPerFrame = 128;

bool is_about_proof(Errc code) {
    return code == Errc::ProofInvalid || code == Errc::LeafInvalid || code == Errc::MalformedLayout;
}

}  // namespace

bool Session::under_policy() const {
    return options_.witnesses && !options_.witnesses->asks_none();
}

Status Session::ask_proofs(const std::set<EntryIndex>& entries, schemas::Witnessing witnessing) {
    auto& open = witnessing == schemas::Witnessing::WitnessedHead ? asked_witnessed_ : asked_any_;
    schemas::ProofsAsk ask;
    ask.witnessing = witnessing;
    const auto flush = [&]() -> Status {
        if (ask.entries.empty()) return Done{};
        return ask_frame({std::exchange(ask.entries, {}), witnessing});
    };
    for (const EntryIndex index : entries) {
        if (open.contains(index) || open.size() >= kAskedAtOnce) continue;
        ask.entries.push_back(index);
        open.insert(index);
        asked_ever_.insert(index);
        if (ask.entries.size() == kAskedPerFrame) CHAPAR_TRY(flush());
    }
    return flush();
}

Status Session::ask_frame(schemas::ProofsAsk ask) {
    CHAPAR_TRY(send(ask));
    ++empty_answers_;
    proofs_asks_.push_back(std::move(ask));
    return Done{};
}

bool Session::answers_proofs(const schemas::ErrorFrame& frame) const {
    return frame.code == text_of(Errc::NotFound).code && !proofs_asks_.empty();
}

Status Session::take_no_proofs() {
    const schemas::ProofsAsk ask = std::move(proofs_asks_.front());
    proofs_asks_.pop_front();
    const bool any = ask.witnessing == schemas::Witnessing::AnyHead;
    for (const EntryIndex index : ask.entries) {
        if (any) asked_any_.erase(index);
        if (ask.entries.size() > 1) {
            CHAPAR_TRY(ask_frame({{index}, ask.witnessing}));
            continue;
        }
        asked_witnessed_.erase(index);
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        CHAPAR_TRY(keep_missing(*txn, index, parts_.clock.now()));
        CHAPAR_TRY(std::move(*txn).commit());
    }
    return Done{};
}

Status Session::ask_proofs() {
    std::set<EntryIndex> any;
    std::set<EntryIndex> witnessed;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        for (const OwedHead& owed : CHAPAR_TRY(owed_heads(*txn))) {
            any.insert(EntryIndex(owed.size.value - 1));
        }
        const TimeMs waited = CHAPAR_TRY(waited_time(*txn, reading()));
        for (const AwaitedProof& row : CHAPAR_TRY(awaited_proofs(*txn, kAskedAtOnce))) {
            if (under_policy()) witnessed.insert(row.index);
            // Late under a policy: is it the witnesses that are missing, or the entry?
            const bool late = is_late(row.since, waited);
            if (!under_policy() || (late && !row.shown)) any.insert(row.index);
        }
    }
    CHAPAR_TRY(ask_proofs(any, schemas::Witnessing::AnyHead));
    return ask_proofs(witnessed, schemas::Witnessing::WitnessedHead);
}

// The head of a PROOFS frame, accepted, and what the policy's witnesses say of it.
Result<ShownHead> Session::shown_head(storage::Txn& txn, const schemas::Head& head,
                                      crypto::Checkpoint& checkpoint) {
    const crypto::NoteVerifier& log = parts_.home.card().log();
    // First of all the note: a wrong cosignature makes all of it worth nothing.
    std::optional<crypto::WitnessedCheckpoint> witnessed;
    if (under_policy()) {
        witnessed = CHAPAR_TRY(crypto::open_witnessed(head.checkpoint, log, *options_.witnesses));
    }
    checkpoint = CHAPAR_TRY(accept_published(txn, log, head.checkpoint, head.consistency));
    ShownHead shown{checkpoint, head.checkpoint};
    if (!witnessed) return shown;
    shown.witnessing = witnessed->met ? Witnessing::Met : Witnessing::NotMet;
    shown.time = witnessed->confirmed.value_or(TimeMs{});
    return shown;
}

Status Session::take_proof(storage::Txn& txn, const schemas::EntryProof& proof,
                           const ShownHead& head) {
    const TimeMs now = parts_.clock.now();
    for (const Status& settled : {settle_named_heads(txn, proof, head.checkpoint, now),
                                  settle_awaited(txn, proof, head, now)}) {
        if (settled) continue;
        // What it does not prove stays owed; settle_awaited() has raised its alarm.
        if (!is_about_proof(settled.error().code)) return settled.error();
        asked_any_.erase(proof.index);
        return Done{};
    }
    asked_any_.erase(proof.index);
    if (head.witnessing != Witnessing::NotMet) asked_witnessed_.erase(proof.index);
    return Done{};
}

Status Session::take_proofs(const schemas::Proofs& frame) {
    const auto asked = [&](const schemas::ProofsAsk& ask) {
        const auto by = [&](const schemas::EntryProof& proof) {
            return std::ranges::find(ask.entries, proof.index) != ask.entries.end();
        };
        return frame.proofs.empty() || std::ranges::any_of(frame.proofs, by);
    };
    const auto answered = std::ranges::find_if(proofs_asks_, asked);
    if (answered != proofs_asks_.end()) proofs_asks_.erase(answered);
    bool news = false;
    for (const schemas::EntryProof& proof : frame.proofs) {
        if (!asked_ever_.contains(proof.index)) {
            return Error(Errc::MalformedFrame, "proofs of entries that were not asked for");
        }
        news = news || asked_any_.contains(proof.index) || asked_witnessed_.contains(proof.index);
    }
    if (!news) {
        // Else a broker could keep this device reading for ever.
        if (empty_answers_ == 0) return Error(Errc::MalformedFrame, "proofs without end");
        --empty_answers_;
    }
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    crypto::Checkpoint checkpoint;
    const auto head = shown_head(*txn, frame.head, checkpoint);
    if (!head) {
        if (head.error().code == Errc::HeadMismatch) {
            CHAPAR_TRY(keep_contradiction(*txn, parts_.home.card().log(), frame.head.checkpoint,
                                          SmallerHead::MustProve, parts_.clock.now()));
            CHAPAR_TRY(std::move(*txn).commit());
        }
        return head.error();
    }
    for (const schemas::EntryProof& proof : frame.proofs) {
        CHAPAR_TRY(take_proof(*txn, proof, *head));
    }
    return std::move(*txn).commit();
}

// Statements that were handed over and answered, and are still not in the ledger.
Status Session::judge_statements(storage::Txn& txn, TimeMs waited) {
    if (!statements_pushed_) return Done{};
    const StatedTimes times{parts_.clock.now(), broker_time_};
    const std::size_t late = CHAPAR_TRY(late_statements(txn, waited, times));
    if (late == 0) return lift_alarm(txn, LedgerAlarmKind::DeliveryUnlogged);
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::DeliveryUnlogged;
    alarm.raised = parts_.clock.now();
    alarm.sentence = "The broker does not log " + std::to_string(late) +
                     (late == 1 ? " confirmation" : " confirmations") +
                     " that this device has signed (delivered, opened, acknowledged) for more than "
                     "a minute (however this computer's clock was set meanwhile): the senders do "
                     "not learn of them. They are handed over again; if it lasts, tell the "
                     "operator.";
    return raise_alarm(txn, alarm);
}

ClockReading Session::reading() const {
    const DurationMs elapsed = parts_.clock.elapsed();
    const DurationMs lasted(elapsed.value - welcomed_.value);
    return {parts_.clock.boot(), elapsed, parts_.clock.now(), broker_time_ + lasted};
}

Status Session::judge_proofs() {
    const TimeMs now = parts_.clock.now();
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    // Every head that this device accepted since holds these entries, or the ledger lies.
    for (const EntryIndex index : asked_any_) CHAPAR_TRY(keep_missing(*txn, index, now));
    asked_any_.clear();
    const TimeMs waited = CHAPAR_TRY(keep_waited_time(*txn, reading()));
    CHAPAR_TRY(judge_owed_heads(*txn, waited, now));
    CHAPAR_TRY(judge_awaited(*txn, under_policy() ? PolicyHeld::Yes : PolicyHeld::No, waited, now));
    CHAPAR_TRY(judge_statements(*txn, waited));
    return std::move(*txn).commit();
}

Result<std::string> Session::witnessed_note() {
    CHAPAR_TRY(ask_proofs({EntryIndex(0)}, schemas::Witnessing::WitnessedHead));
    const Received received = CHAPAR_TRY(answer<schemas::Proofs>(options_.answer_patience));
    return std::get<schemas::Proofs>(received.frame).head.checkpoint;
}

Result<Session::Proven> Session::await_proofs(DurationMs patience) {
    const Deadline deadline(parts_.clock, patience);
    CHAPAR_TRY(ask_proofs());
    for (;;) {
        if (asked_any_.empty() && asked_witnessed_.empty()) return Proven::All;
        if (deadline.passed()) return Proven::NotYet;
        auto received = CHAPAR_TRY(receive_frame(deadline.left()));
        if (!received || std::holds_alternative<schemas::Proofs>(received->frame)) continue;
        if (!std::holds_alternative<schemas::Deliver>(received->frame)) {
            return Error(Errc::MalformedFrame, "an answer that was not asked for");
        }
        deliveries_.push_back(std::move(*received));
    }
}

}  // namespace chapar::client
