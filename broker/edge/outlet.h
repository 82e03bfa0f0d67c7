// The way out: encoded frames to sessions, in order, without ever waiting.
//
// Owns: the outbox rule: what a peer's queue cannot take now is kept, at most
// limits::kSessionOutbox frames and kSessionOutboxBytes, and sent again by retry(); a peer beyond
// that has stopped reading and loses its session, which costs nobody anything durable. So does the
// one with the most bytes, if all together are above kOutboxBytes. Records every frame in the tap
// as it is handed to libzmq. Does not know what frames say.
//
// Resource type; loop thread.
#pragma once

#include <set>

#include "broker/edge/sessions.h"
#include "broker/edge/tap.h"

namespace chapar::broker {

// Of frames for one session that cannot be sent yet, and of all such frames.
constexpr std::size_t kSessionOutboxBytes = 4 * 1024 * 1024;
constexpr std::size_t kOutboxBytes = 64 * 1024 * 1024;

class Outlet {
  public:
    // `bytes` outlives the sessions: their outboxes hold shares of it.
    Outlet(Router& router, Sessions& sessions, Tap& tap, ByteBudget& bytes)
        : router_(router), sessions_(sessions), tap_(tap), bytes_(bytes) {}

    // False: the session has ended by this, and `session` is no more.
    bool send(Session& session, Bytes frame);
    // Sends it if its peer can take it now and nothing waits before it; keeps nothing.
    enum class Offered : std::uint8_t { Sent, Busy, Ended };
    [[nodiscard]] Offered offer(Session& session, const Bytes& frame);
    // Sends it and ends the session. Its connection is cut a moment later, by cut_condemned(), so
    // that the frame can arrive first; what comes over it until then is to be dropped.
    void send_last(Session& session, Bytes frame);
    // Of all frames it was ever given.
    [[nodiscard]] std::uint64_t bytes_given() const { return bytes_given_; }
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
    // Room for so many bytes, by cutting the links of those with the fullest outboxes; their
    // sessions end within a second. Empty: `session` is one of them.
    [[nodiscard]] std::optional<ByteBudget::Share> make_room(const Session& session,
                                                             std::size_t bytes);

    Router& router_;
    Sessions& sessions_;
    Tap& tap_;
    ByteBudget& bytes_;
    std::uint64_t bytes_given_ = 0;
    CondemnedLinks condemned_;
    std::set<SessionNumber> unsent_;  // may have something in their outbox
};

}  // namespace chapar::broker
