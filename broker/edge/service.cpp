#include "broker/edge/service.h"

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
      sessions_(parts.config.sessions.count),
      outlet_(parts.router, sessions_, parts.tap),
      transfers_({parts.bodies, parts.disk, parts.store, sessions_, outlet_, parts.time, parts.log,
                  upload_bytes_, download_bytes_},
                 [this](const Session& session) {
                     const bool mail = !rolled_back_ && session.mail && session.credit > 0;
                     return mail || !session.outbox.empty() ? Waiting::SomethingElse
                                                            : Waiting::Nothing;
                 }),
      started_(parts.time.elapsed()) {}

bool BrokerService::has_room() const {
    return parts_.verifiers.has_room() && pending_.size() < limits::kPendingOperations;
}

bool BrokerService::retry_sending() {
    const bool unsent = outlet_.retry();
    return unsent || more_mail_ || transfers_.waiting();
}

Status BrokerService::deliver() {
    // Mail first: a chunk goes to a peer for whom nothing else waits.
    CHAPAR_TRY(deliver_all());
    CHAPAR_TRY(transfers_.pump());
    return Done{};
}

Status BrokerService::every_second() {
    outlet_.cut_condemned();
    const DurationMs now = parts_.time.elapsed();
    sessions_.for_each([&](Session& session) {
        const bool late = session.state != SessionState::Active && now > session.hello_by;
        if (late || !session.link.alive()) outlet_.cut(session);
    });
    CHAPAR_TRY(watch_fullness());
    CHAPAR_TRY(watch_deadline());
    CHAPAR_TRY(propose_withholds());
    if (!swept_ || now.value > swept_->value + kSweep.value) {
        swept_ = now;
        CHAPAR_TRY(sweep_bodies());
    }
    return deliver();
}

Status BrokerService::publish_head() {
    if (rolled_back_ || parts_.tick.published().head.size == note_stored_) return Done{};
    const Status stored = parts_.tick.store_note();
    // The note is a cache: a full store can do without it.
    if (!stored && stored.error().code == Errc::StoreFull) return Done{};
    if (stored) note_stored_ = parts_.tick.published().head.size;
    return stored;
}

Status BrokerService::finish() {
    while (!pending_.empty()) CHAPAR_TRY(run_tick());
    CHAPAR_TRY(publish_head());
    if (outlet_.retry()) parts_.log.info("stop.unsent");
    return parts_.router.linger(kFlush);
}

}  // namespace chapar::broker
