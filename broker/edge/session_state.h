// The state machine of a session, as one table.
//
//                 Fresh        Challenged   Active
//     CONNECT     Challenge    Refuse       Refuse
//     HELLO       NotGreeted   CheckHello   Refuse
//     SUBMIT      NotGreeted   NotGreeted   Serve
//     STATEMENTS  NotGreeted   NotGreeted   Serve
//     CREDIT      NotGreeted   NotGreeted   Serve
//     DIRECTORY   NotGreeted   NotGreeted   Serve
//     RECEIPTS    NotGreeted   NotGreeted   Serve
//     EXPLAIN     NotGreeted   NotGreeted   Serve
//     LEDGER      NotGreeted   NotGreeted   Serve
//     PUBLISH     NotGreeted   NotGreeted   Serve
//     UPLOAD      NotGreeted   NotGreeted   Serve
//     CHUNK       NotGreeted   NotGreeted   Serve
//     FETCH       NotGreeted   NotGreeted   Serve
//     PROOFS      NotGreeted   NotGreeted   Serve
//     otherwise   NotGreeted   NotGreeted   Refuse
//
// NotGreeted and Refuse answer ERROR and end the session: a client of ours sends neither. Does not
// know frames or sockets. Source: schemas/README.md, "Frames".
#pragma once

#include <cstdint>

namespace chapar::broker {

enum class SessionState : std::uint8_t { Fresh, Challenged, Active };

enum class SessionEvent : std::uint8_t {
    Connect,
    Hello,
    Submit,
    Statements,
    Credit,
    Directory,
    Receipts,
    Explain,
    Ledger,
    Publish,
    Upload,
    Chunk,
    Fetch,
    Proofs,
    Other,
};

enum class SessionAction : std::uint8_t { Challenge, CheckHello, Serve, NotGreeted, Refuse };

[[nodiscard]] constexpr SessionAction action_for(SessionState state, SessionEvent event) {
    switch (state) {
        case SessionState::Fresh:
            return event == SessionEvent::Connect ? SessionAction::Challenge
                                                  : SessionAction::NotGreeted;
        case SessionState::Challenged:
            if (event == SessionEvent::Connect) return SessionAction::Refuse;
            return event == SessionEvent::Hello ? SessionAction::CheckHello
                                                : SessionAction::NotGreeted;
        case SessionState::Active:
            if (event == SessionEvent::Connect || event == SessionEvent::Hello ||
                event == SessionEvent::Other) {
                return SessionAction::Refuse;
            }
            return SessionAction::Serve;
    }
    return SessionAction::Refuse;
}

}  // namespace chapar::broker
