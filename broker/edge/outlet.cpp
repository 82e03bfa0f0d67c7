#include "broker/edge/outlet.h"

#include "schemas/base/limits.h"

namespace chapar::broker {

Outlet::Drained Outlet::drain(Session& session) {
    while (!session.outbox.empty()) {
        const auto sent = router_.send(session.routing_id, session.outbox.front());
        if (sent && *sent == SendOutcome::Busy) return Drained::Some;
        if (!sent || *sent == SendOutcome::Gone) {
            sessions_.end(session.number);
            return Drained::Ended;
        }
        tap_.record(TapDirection::Sent, session.outbox.front());
        session.outbox.pop_front();
    }
    return Drained::All;
}

bool Outlet::send(Session& session, Bytes frame) {
    if (session.outbox.size() >= limits::kSessionOutbox) {
        cut(session);
        return false;
    }
    session.outbox.push_back(std::move(frame));
    const SessionNumber number = session.number;
    const Drained drained = drain(session);
    if (drained == Drained::Some) unsent_.insert(number);
    return drained != Drained::Ended;
}

Outlet::Offered Outlet::offer(Session& session, const Bytes& frame) {
    if (!session.outbox.empty()) return Offered::Busy;
    const auto sent = router_.send(session.routing_id, frame);
    if (sent && *sent == SendOutcome::Busy) return Offered::Busy;
    if (!sent || *sent == SendOutcome::Gone) {
        sessions_.end(session.number);
        return Offered::Ended;
    }
    tap_.record(TapDirection::Sent, frame);
    return Offered::Sent;
}

void Outlet::send_last(Session& session, Bytes frame) {
    const SessionNumber number = session.number;
    condemned_.add(session.link);
    if (send(session, std::move(frame))) sessions_.end(number);
}

void Outlet::cut(Session& session) {
    session.link.cut();
    sessions_.end(session.number);
}

bool Outlet::retry() {
    for (auto it = unsent_.begin(); it != unsent_.end();) {
        Session* session = sessions_.find(*it);
        const bool done = session == nullptr || drain(*session) != Drained::Some;
        it = done ? unsent_.erase(it) : std::next(it);
    }
    return !unsent_.empty();
}

}  // namespace chapar::broker
