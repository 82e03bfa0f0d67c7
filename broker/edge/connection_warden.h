// What a TCP connection may cost before anything of it reaches the broker: counted, and cut.
//
// Owns: the accounting that libzmq does not do. How many connections there are, in all and from one
// address, how many of them have not said a whole message yet, how fast they come, how many bytes
// libzmq has taken from each since its last whole message (a message of many parts is kept there
// until its last part has come, and the application sees nothing of it), and how long one takes.
// Whoever breaks a bound is named to be cut; of a bound that many break together the one who costs
// most (bytes), or the one who has waited longest (handshakes).
//
// Does not know sockets (warden_thread.h), CURVE, or who a peer is: agencies are bounded at hello.
//
// A connection is named by the cookie of its socket, which the kernel never gives twice. One that
// is named to be cut is forgotten at once.
//
// Pure but for its own state; time comes with each call. Units: bytes, milliseconds. Not
// thread-safe. Source: design reliability.md 0 and 4, "Warden" and "Connections".
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/edge/token_bucket.h"

namespace chapar::broker {

using SocketCookie = std::uint64_t;
using PeerAddress = std::uint32_t;  // IPv4, as a number

// Not configuration: whoever needs more of these is no client of ours.
struct UnfinishedBounds {
    std::uint64_t first_each = 512 * 1024;
    std::uint64_t first_together = 32ULL * 1024 * 1024;
    std::uint64_t each = 2ULL * 1024 * 1024;
    std::uint64_t together = 256ULL * 1024 * 1024;
    // What heartbeats bring, which are no messages: so much a second is not counted, and of the
    // seconds in which less came so many bytes are saved up at most.
    std::uint64_t heartbeat_bytes = 16;
    std::uint64_t heartbeats_saved = 4096;
    // From so many bytes on a message has begun, and must end in time.
    std::uint64_t begun = 1024;
    DurationMs message{60'000};
};

struct ConnectionBounds {
    std::size_t count = 10'500;
    std::size_t per_address = 64;
    std::size_t pending = 512;  // no whole message yet
    std::size_t pending_per_address = 16;
    Rate accepts{300, 512};
    Rate accepts_per_address{10, 16};
    DurationMs first_message{13'000};  // since it was accepted
    // Behind these stand many clients: the three bounds of one address are not theirs.
    std::set<PeerAddress> shared_addresses;
    UnfinishedBounds unfinished;
};

// Why a connection is cut.
enum class CutReason : std::uint8_t {
    AcceptRate,
    AcceptRateOfAddress,
    Count,
    CountOfAddress,
    Pending,
    PendingOfAddress,
    NoFirstMessage,
    FirstMessageBytes,
    FirstMessagesTogether,
    MessageBytes,
    MessagesTogether,
    MessageTime,
};
constexpr std::size_t kCutReasons = 12;
// For logs and figures.
[[nodiscard]] std::string_view word_of(CutReason reason);

struct ConnectionCut {
    SocketCookie connection = 0;
    PeerAddress address = 0;
    CutReason reason = CutReason::Count;
};

class ConnectionWarden {
  public:
    using Cuts = std::vector<ConnectionCut>;

    ConnectionWarden(ConnectionBounds bounds, DurationMs now);

    // Who is to be cut for it: the newcomer, or the oldest that has said nothing.
    [[nodiscard]] Cuts accepted(SocketCookie connection, PeerAddress address, DurationMs now);
    void closed(SocketCookie connection);
    // A whole message of `size` bytes has reached the broker; libzmq had taken `bytes` of the
    // connection by then, perhaps of later messages already. May come before accepted().
    void heard(SocketCookie connection, std::uint64_t size, std::uint64_t bytes, DurationMs now);
    // libzmq has taken `bytes` of it, since it was accepted. Nothing of an unknown one.
    [[nodiscard]] Cuts measured(SocketCookie connection, std::uint64_t bytes, DurationMs now);
    // What time demands. Called twenty times a second.
    [[nodiscard]] Cuts sweep(DurationMs now);

    struct Figures {
        std::size_t connections = 0;
        std::size_t pending = 0;
        std::uint64_t unfinished_bytes = 0;
        std::array<std::uint64_t, kCutReasons> cuts{};
    };
    [[nodiscard]] Figures figures() const;

  private:
    struct Connection {
        PeerAddress address = 0;
        DurationMs accepted;
        bool heard = false;
        std::uint64_t base = 0;   // taken bytes that were whole messages, or heartbeats
        std::uint64_t beats = 0;  // that heartbeats may still have brought
        DurationMs beats_at;
        std::uint64_t unfinished = 0;
        std::optional<DurationMs> begun;
    };
    using Connections = std::map<SocketCookie, Connection>;
    struct AddressCount {
        std::size_t connections = 0;
        std::size_t pending = 0;
    };
    struct Early {
        std::uint64_t bytes = 0;  // of whole messages
        DurationMs at;
    };

    [[nodiscard]] std::optional<CutReason> refuses(PeerAddress address, DurationMs now);
    void make_room(PeerAddress address, Cuts& cuts);
    void cut(Connections::iterator which, CutReason reason, Cuts& cuts);
    void cut_largest(bool pending_only, CutReason reason, Cuts& cuts);
    void forget(Connections::iterator which);
    void set_unfinished(Connection& connection, std::uint64_t bytes);
    void forgive_heartbeats(Connection& connection, std::uint64_t bytes, DurationMs now) const;
    [[nodiscard]] bool is_shared(PeerAddress address) const {
        return bounds_.shared_addresses.contains(address);
    }

    ConnectionBounds bounds_;
    TokenBucket accepts_;
    std::map<PeerAddress, TokenBucket> address_accepts_;
    Connections connections_;
    std::map<PeerAddress, AddressCount> addresses_;
    std::set<std::pair<DurationMs, SocketCookie>> pending_;  // by the time they were accepted
    std::set<std::pair<DurationMs, SocketCookie>> begun_;    // messages, by the time they began
    std::map<SocketCookie, Early> early_;                    // heard, and not accepted yet
    std::uint64_t unfinished_ = 0;
    std::uint64_t unfinished_first_ = 0;
    std::array<std::uint64_t, kCutReasons> counts_{};
};

}  // namespace chapar::broker
