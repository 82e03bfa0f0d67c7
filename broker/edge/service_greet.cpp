// From CONNECT to WELCOME, and what a note that is presented there may show.
#include "broker/edge/answers.h"
#include "broker/edge/hello.h"
#include "broker/edge/service.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
Status BrokerService::challenge(Session& session) {
    parts_.random.fill(session.challenge.bytes);
    session.state = SessionState::Challenged;
    const schemas::Challenge frame{session.challenge, parts_.time.stamp().time};
    outlet_.send(session, schemas::encode_frame(frame));
    return Done{};
}

Status BrokerService::greet(Session& session, const schemas::Hello& hello) {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const TimeMs now = parts_.time.stamp().time;
    const HelloContext context{parts_.node, parts_.certificates, *txn, parts_.tick.frontier(), now};
    auto greeting = check_hello(hello, session, context);
    if (!greeting) {
        const Error& error = greeting.error();
        if (error.code == Errc::StoreFailed || error.code == Errc::StoreDamaged ||
            error.code == Errc::LedgerDamaged) {
            return error;
        }
        complain(session, Error(error.code), After::End);
        return keep_evidence(error, hello.note);
    }
    if (greeting->seen) {
        session.told = greeting->seen->checkpoint.size;
        parts_.guard.offer(*greeting->seen, hello.note);
    }
    if (sessions_.of_agency(greeting->who.agency) >= parts_.config.connections.per_agency &&
        !sessions_.make_room(greeting->who.agency, greeting->who.device)) {
        complain(session, Error(Errc::BackPressure), After::End);
        return Done{};
    }
    sessions_.greeted(session, std::move(greeting->who));
    if (parts_.guard.standing() == Standing::WitnessesAwaited) {
        session.welcome_due = true;
        return Done{};
    }
    return welcome(session);
}

Status BrokerService::welcome(Session& session) {
    session.welcome_due = false;
    if (!parts_.tick.has_signed_head()) {
        complain(session, Error(refusal_of(parts_.guard.standing())), After::End);
        return Done{};
    }
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    schemas::Welcome frame;
    frame.time = parts_.time.stamp().time;
    frame.head = CHAPAR_TRY(next_head(*txn, parts_.tick, session.told));
    outlet_.send(session, schemas::encode_frame(frame));
    return Done{};
}

Status BrokerService::keep_evidence(const Error& error, const std::string& note) {
    if (error.code != Errc::HeadUnknown && error.code != Errc::HeadMismatch) return Done{};
    const bool beyond = error.code == Errc::HeadUnknown;
    CHAPAR_TRY(parts_.guard.accuse(
        note, beyond ? "a client holds a head that this ledger does not reach"
                     : "a client holds another root for a size that this ledger had"));
    return note_standing();
}

}  // namespace chapar::broker
