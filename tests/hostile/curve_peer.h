// The connecting half of ZMTP 3.1 with CURVE over one plain socket, with a flaw wherever one is
// wanted.
//
// Owns: the socket, the handshake, sealing of messages, the answer to heartbeats. Does not know our
// frames. `pump()` never waits; a Crowd calls it. What the other side does wrong closes the peer.
// Resource type; one thread. Source: ZeroMQ RFC 23 (ZMTP 3.1) and 26 (CurveZMQ).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/edge/files.h"
#include "crypto/x25519.h"
#include "tests/hostile/salsa_box.h"

namespace chapar::hostile {

// Where a peer leaves the rules.
enum class Flaw : std::uint8_t {
    None,
    NullMechanism,   // asks for no security at all
    GarbageHello,    // 200 bytes of noise
    ShortHello,      // 199 bytes
    OtherVersion,    // of CurveZMQ
    OtherServerKey,  // HELLO sealed for another broker
    InitiateFirst,   // without a HELLO
    SilentLater,     // after WELCOME
    WrongCookie,     // one bit turned
    WrongVouch,      // for another transient key (libzmq does not look at the broker it names)
    ShortInitiate,   // cut to 256 bytes
    TwoHellos,       // the second in the place of INITIATE
};
constexpr std::size_t kFlaws = 12;

// A TCP connection from 127.0.0.`source` to that port, not waited for; none if there are no more
// descriptors or ports.
[[nodiscard]] broker::FileDescriptor connect_from(std::uint8_t source, std::uint16_t port);

class CurvePeer {
  public:
    struct Plan {
        std::uint8_t source = 2;  // of 127.0.0.x
        std::uint16_t port = 0;
        PublicKey server;
        const crypto::KeyPair* own = nullptr;  // outlives the peer
        std::string routing_id;                // claimed; empty: none
        Flaw flaw = Flaw::None;
    };
    enum class State : std::uint8_t { WelcomeAwaited, ReadyAwaited, Ready, Closed };
    using Message = std::function<void(CurvePeer&, ByteView)>;

    CurvePeer(const Plan& plan, crypto::Random& random, Message message);

    void pump();
    // Sealed, sent as soon as the socket takes it. REQUIRES: Ready.
    enum class Part : std::uint8_t { Last, More };
    void send(ByteView message, Part part = Part::Last);
    // True: all that was sent has been taken by the socket.
    [[nodiscard]] bool idle() const { return out_.empty(); }
    // Goes without a word.
    void leave() { close(); }

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] int descriptor() const { return socket_.get(); }
    [[nodiscard]] bool was_ready() const { return was_ready_; }

  private:
    [[nodiscard]] BoxNonce nonce(std::string_view prefix);
    [[nodiscard]] BoxKey box_with(const crypto::Secret32& own, const PublicKey& peer) const;
    void greet();
    void say_hello();
    void command(ByteView body);
    void frame(std::uint8_t flags, ByteView body);
    void take_input();
    [[nodiscard]] bool welcome(ByteView body);
    void initiate(ByteView cookie);
    void take_message(ByteView body);
    void seal(std::uint8_t flags, ByteView text);
    void flush();
    void close();

    Plan plan_;
    crypto::Random& random_;
    Message message_;
    broker::FileDescriptor socket_;
    State state_ = State::WelcomeAwaited;
    bool was_ready_ = false;
    bool greeted_ = false;                      // the other side's greeting was read
    std::optional<crypto::KeyPair> transient_;  // while shaking hands
    PublicKey server_transient_;
    BoxKey session_{};
    std::uint64_t counter_ = 0;
    Bytes in_, out_;
};

// Many peers on one epoll.
class Crowd {
  public:
    Crowd();
    CurvePeer& add(std::unique_ptr<CurvePeer> peer);
    // Lets all that can go on do so; waits at most so long for the first.
    void turn(int most_ms);
    // Drops those that are closed; how many.
    std::size_t bury();
    [[nodiscard]] std::size_t size() const { return peers_.size(); }
    [[nodiscard]] std::size_t ready() const;
    [[nodiscard]] const std::vector<std::unique_ptr<CurvePeer>>& peers() const { return peers_; }

  private:
    broker::FileDescriptor epoll_;
    std::vector<std::unique_ptr<CurvePeer>> peers_;
};

}  // namespace chapar::hostile
