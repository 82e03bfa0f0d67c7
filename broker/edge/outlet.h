// The way out: encoded frames to sessions, in order, without ever waiting.
//
// Owns: the outbox rule: what a peer's queue cannot take now is kept, at most
// limits::kSessionOutbox frames, and sent again by retry(); a peer beyond that has stopped reading
// and loses its session, which costs nobody anything durable. Records every frame in the tap as it
// is handed to libzmq. Does not know what frames say.
//
// Resource type; loop thread.
#pragma once

#include <set>

#include "broker/edge/sessions.h"
#include "broker/edge/tap.h"

namespace chapar::broker {

class Outlet {
  public:
    Outlet(Router& router, Sessions& sessions, Tap& tap)
        : router_(router), sessions_(sessions), tap_(tap) {}

    // False: the session has ended by this, and `session` is no more.
    bool send(Session& session, Bytes frame);
    // Sends it if its peer can take it now and nothing waits before it; keeps nothing.
    enum class Offered : std::uint8_t { Sent, Busy, Ended };
    [[nodiscard]] Offered offer(Session& session, const Bytes& frame);
    // Sends it and ends the session. Its connection is cut a moment later, by cut_condemned(), so
    // that the frame can arrive first; what comes over it until then is to be dropped.
    void send_last(Session& session, Bytes frame);
    [[nodiscard]] bool condemned(const Link& link) const { return condemned_.contains(link); }
    // Called every second.
    void cut_condemned() { condemned_.cut_older(); }
    // Ends the session and its connection.
    void cut(Session& session);
    // Tries all outboxes once; true if some are still not empty.
    [[nodiscard]] bool retry();

  private:
    enum class Drained : std::uint8_t { All, Some, Ended };
    Drained drain(Session& session);

    Router& router_;
    Sessions& sessions_;
    Tap& tap_;
    CondemnedLinks condemned_;
    std::set<SessionNumber> unsent_;  // may have something in their outbox
};

}  // namespace chapar::broker
