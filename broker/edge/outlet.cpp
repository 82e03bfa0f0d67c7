#include "broker/edge/outlet.h"

#include "schemas/base/limits.h"

namespace chapar::broker {

Outlet::Drained Outlet::drain(Session& session) {
    while (!session.outbox.empty()) {
        const Bytes& frame = session.outbox.front().frame;
        const auto sent = router_.send(session.routing_id, frame);
        if (sent && *sent == SendOutcome::Busy) return Drained::Some;
        if (!sent || *sent == SendOutcome::Gone) {
            sessions_.end(session.number);
            return Drained::Ended;
        }
        tap_.record(TapDirection::Sent, frame);
        session.sent_unheard += frame.size();
        session.outbox_bytes -= frame.size();
        session.outbox.pop_front();
    }
    return Drained::All;
}

bool Outlet::send(Session& session, Bytes frame) {
    const std::size_t bytes = frame.size();
    bytes_given_ += bytes;
    std::optional<ByteBudget::Share> share;
    if (session.outbox.size() < limits::kSessionOutbox &&
        session.outbox_bytes + bytes <= kSessionOutboxBytes) {
        share = make_room(session, bytes);
    }
    if (!share) {
        cut(session);
        return false;
    }
    session.outbox.push_back({std::move(frame), std::move(*share)});
    session.outbox_bytes += bytes;
    const SessionNumber number = session.number;
    const Drained drained = drain(session);
    if (drained == Drained::Some) unsent_.insert(number);
    return drained != Drained::Ended;
}

std::optional<ByteBudget::Share> Outlet::make_room(const Session& session, std::size_t bytes) {
    while (true) {
        if (auto share = bytes_.take(bytes)) return share;
        Session* fullest = nullptr;
        for (const SessionNumber number : unsent_) {
            Session* const other = sessions_.find(number);
            if (other == nullptr) continue;
            if (fullest == nullptr || other->outbox_bytes > fullest->outbox_bytes) fullest = other;
        }
        if (fullest == nullptr || fullest->number == session.number) return std::nullopt;
        // Its session ends with the cut, at the loop's next turn: whoever calls here may hold it.
        fullest->link.cut();
        fullest->outbox.clear();
        fullest->outbox_bytes = 0;
    }
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
    session.sent_unheard += frame.size();
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
