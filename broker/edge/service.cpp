#include "broker/edge/service.h"

#include "broker/core/tables.h"
#include "schemas/base/limits.h"

namespace chapar::broker {

namespace {

// For the last outcomes to reach their sockets; a peer that does not read holds up no stop.
constexpr DurationMs kFlush{500};

// Bodies that nothing came of are looked for so often, and at the start.
constexpr DurationMs kSweep = kHour;

}  // namespace

BrokerService::BrokerService(const Parts& parts, AdminReply admin_reply)
    : parts_(parts),
      admin_reply_(std::move(admin_reply)),
      upload_bytes_(limits::kTransferBytes),
      download_bytes_(limits::kTransferBytes),
      outbox_bytes_(kOutboxBytes),
      intake_(IntakeBounds{.envelopes = {parts.config.quotas.envelopes_per_second,
                                         parts.config.quotas.envelopes_burst}}),
      sessions_(parts.config.sessions.count),
      outlet_(parts.router, sessions_, parts.tap, outbox_bytes_),
      transfers_({parts.bodies, parts.disk, parts.store, sessions_, outlet_, parts.time, parts.log,
                  upload_bytes_, download_bytes_},
                 [this](const Session& session) {
                     const bool mail = parts_.guard.signing() && session.mail && session.credit > 0;
                     return mail || !session.outbox.empty() ? Waiting::SomethingElse
                                                            : Waiting::Nothing;
                 }),
      proofs_(parts.store, parts.tick, parts.node, sessions_, outlet_,
              parts.policy == nullptr ? Witnesses::None : Witnesses::Asked),
      scrubber_(parts.store, parts.tick.keys(), parts.directory),
      table_scrub_(parts.store, store_tables(), parts.directory),
      started_(parts.time.elapsed()) {}

bool BrokerService::has_room() const {
    return parts_.verifiers.has_room() && pending_.size() < limits::kPendingOperations;
}

bool BrokerService::retry_sending() {
    const bool unsent = outlet_.retry();
    return unsent || more_mail_ || transfers_.waiting() || !questions_.empty();
}

Status BrokerService::deliver() {
    // Mail first: a chunk goes to a peer for whom nothing else waits.
    CHAPAR_TRY(deliver_all());
    CHAPAR_TRY(transfers_.pump());
    return answer_next_question();
}

Status BrokerService::every_second() {
    outlet_.cut_condemned();
    tell_cuts();
    const DurationMs now = parts_.time.elapsed();
    sessions_.for_each([&](Session& session) {
        const bool late = session.state != SessionState::Active && now > session.hello_by;
        if (late || !session.link.alive()) return outlet_.cut(session);
        if (session.welcome_due && now > session.hello_by) {
            complain(session, Error(Errc::WitnessesAwaited), After::End);
        }
    });
    CHAPAR_TRY(note_standing());
    CHAPAR_TRY(watch_clock());
    CHAPAR_TRY(watch_witnesses());
    CHAPAR_TRY(scrub());
    CHAPAR_TRY(prune());
    CHAPAR_TRY(watch_fullness());
    look_again();
    CHAPAR_TRY(watch_deadline());
    CHAPAR_TRY(propose_withholds());
    if (!thinned_ || now.value > thinned_->value + kMinute.value) {
        if (!CHAPAR_TRY(thin_notes())) thinned_ = now;
    }
    if (!offered_ || now.value >= offered_->value + kMinute.value) {
        offered_ = now;
        offer_again();
    }
    // What a ledger that was set back does not name may be named by the entries it lost.
    const bool sweep_due = !swept_ || now.value > swept_->value + kSweep.value;
    if (parts_.guard.signing() && sweep_due) {
        swept_ = now;
        CHAPAR_TRY(forget_answered());
        CHAPAR_TRY(sweep_bodies());
    }
    return deliver();
}

Status BrokerService::finish() {
    // What waits for a quorum of witnesses was promised to nobody.
    if (parts_.guard.standing() == Standing::WitnessesAwaited) pending_.clear();
    // What it proposes itself can wait for the next start; what a session asked for ends.
    proposing_ = false;
    while (!pending_.empty()) CHAPAR_TRY(run_tick());
    CHAPAR_TRY(publish_head());
    // No round will be closed any more: the note is kept as it is.
    if (parts_.guard.signing() && stored_ != parts_.tick.signed_head().head.size) {
        CHAPAR_TRY(store_note(parts_.tick.signed_head().head.size, parts_.tick.signed_head().note));
    }
    if (outlet_.retry()) parts_.log.info("stop.unsent");
    return parts_.router.linger(kFlush);
}

}  // namespace chapar::broker
