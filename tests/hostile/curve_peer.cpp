#include "tests/hostile/curve_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "schemas/base/layout.h"

namespace chapar::hostile {
namespace {

constexpr std::size_t kGreetingBytes = 64;
constexpr std::size_t kHelloBytes = 200;
constexpr std::size_t kWelcomeBytes = 168;
constexpr std::size_t kCookieBytes = 96;
constexpr std::size_t kShortInitiateBytes = 256;
constexpr std::uint8_t kLong = 2;
constexpr std::uint8_t kCommand = 4;
// Flags inside a sealed MESSAGE.
constexpr std::uint8_t kSealedMore = 1;
constexpr std::uint8_t kSealedCommand = 2;

Bytes big_endian(std::uint64_t number) {
    Bytes out;
    for (int shift = 56; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::byte>((number >> shift) & 0xFF));
    }
    return out;
}

void property(Bytes& out, std::string_view name, std::string_view value) {
    out.push_back(static_cast<std::byte>(name.size()));
    append(out, view(name));
    append(out, ByteView(big_endian(value.size())).subspan(4));
    append(out, view(value));
}

bool begins(ByteView body, std::string_view with) {
    return body.size() >= with.size() && equal(body.first(with.size()), view(with));
}

PublicKey another(crypto::Random& random) { return crypto::generate_key_pair(random).public_key; }

}  // namespace

broker::FileDescriptor connect_from(std::uint8_t source, std::uint16_t port) {
    broker::FileDescriptor out(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!out) return out;
    const int one = 1;
    setsockopt(out.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(0x7F000000U | source);
    sockaddr_in peer = own;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(out.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return {};
    const int done = connect(out.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
    if (done != 0 && errno != EINPROGRESS) return {};
    return out;
}

CurvePeer::CurvePeer(const Plan& plan, crypto::Random& random, Message message)
    : plan_(plan),
      random_(random),
      message_(std::move(message)),
      socket_(connect_from(plan.source, plan.port)) {
    if (!socket_) {
        close();
        return;
    }
    greet();
    say_hello();
}

BoxNonce CurvePeer::nonce(std::string_view prefix) {
    BoxNonce out{};
    std::ranges::copy(view(prefix), out.begin());
    if (prefix.size() == 16) std::ranges::copy(big_endian(++counter_), out.begin() + 16);
    return out;
}

BoxKey CurvePeer::box_with(const crypto::Secret32& own, const PublicKey& peer) const {
    return box_key(own, peer);
}

void CurvePeer::greet() {
    out_ = {std::byte{0xFF}};
    out_.resize(9);
    for (const int byte : {0x7F, 3, 1}) out_.push_back(static_cast<std::byte>(byte));
    const bool none = plan_.flaw == Flaw::NullMechanism;
    append(out_, view(none ? "NULL" : "CURVE"));
    out_.resize(kGreetingBytes);
}

void CurvePeer::frame(std::uint8_t flags, ByteView body) {
    const bool large = body.size() > 255;
    out_.push_back(static_cast<std::byte>(flags | (large ? kLong : 0)));
    const Bytes size = big_endian(body.size());
    append(out_, large ? ByteView(size) : ByteView(size).last(1));
    append(out_, body);
}

void CurvePeer::command(ByteView body) { frame(kCommand, body); }

void CurvePeer::say_hello() {
    if (plan_.flaw == Flaw::NullMechanism) {
        Bytes ready = to_bytes(std::string_view("\5READY"));
        property(ready, "Socket-Type", "DEALER");
        return command(ready);
    }
    if (plan_.flaw == Flaw::InitiateFirst) {
        Bytes body = to_bytes(std::string_view("\10INITIATE"));
        body.resize(kShortInitiateBytes + 64);
        return command(body);
    }
    transient_ = crypto::generate_key_pair(random_);
    Bytes body = to_bytes(std::string_view("\5HELLO\1"));
    body.resize(8 + 72);
    if (plan_.flaw == Flaw::OtherVersion) body[6] = std::byte{9};
    append(body, transient_->public_key.view());
    const BoxNonce number = nonce("CurveZMQHELLO---");
    append(body, ByteView(number).subspan(16));
    const PublicKey server = plan_.flaw == Flaw::OtherServerKey ? another(random_) : plan_.server;
    append(body, box_seal(box_with(transient_->secret, server), number, Bytes(64)));
    CHAPAR_ASSERT(body.size() == kHelloBytes);
    if (plan_.flaw == Flaw::GarbageHello) random_.fill(std::span(body).subspan(6));
    if (plan_.flaw == Flaw::ShortHello) body.pop_back();
    command(body);
    if (plan_.flaw == Flaw::TwoHellos) command(body);
}

void CurvePeer::pump() {
    if (state_ == State::Closed) return;
    flush();
    std::array<std::byte, 65536> buffer{};
    while (state_ != State::Closed) {
        const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got > 0) {
            append(in_, ByteView(buffer).first(static_cast<std::size_t>(got)));
            take_input();
            continue;
        }
        if (got < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN)) break;
        return close();
    }
    flush();
}

void CurvePeer::take_input() {
    std::size_t at = 0;
    if (!greeted_) {
        if (in_.size() < kGreetingBytes) return;
        greeted_ = true;
        at = kGreetingBytes;
    }
    while (state_ != State::Closed && in_.size() - at >= 2) {
        const auto flags = std::to_integer<std::uint8_t>(in_[at]);
        const std::size_t head = (flags & kLong) != 0 ? 9 : 2;
        if (in_.size() - at < head) break;
        std::uint64_t size = 0;
        for (std::size_t i = 1; i < head; ++i) {
            size = size << 8 | std::to_integer<std::uint64_t>(in_[at + i]);
        }
        if (in_.size() - at - head < size) break;
        const ByteView body = ByteView(in_).subspan(at + head, size);
        at += head + size;
        if (state_ == State::Ready) {
            take_message(body);
        } else if (state_ == State::ReadyAwaited && begins(body, "\5READY")) {
            state_ = State::Ready;
            was_ready_ = true;
            message_(*this, {});
        } else if (state_ != State::WelcomeAwaited || !welcome(body)) {
            close();
        }
    }
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(at));
}

bool CurvePeer::welcome(ByteView body) {
    if (!begins(body, "\7WELCOME") || body.size() != kWelcomeBytes) return false;
    BoxNonce number = nonce("WELCOME-");
    std::ranges::copy(body.subspan(8, 16), number.begin() + 8);
    const auto text =
        box_open(box_with(transient_->secret, plan_.server), number, body.subspan(24));
    if (!text) return false;
    server_transient_ = *PublicKey::from(ByteView(*text).first(32));
    if (plan_.flaw == Flaw::SilentLater) return true;
    initiate(ByteView(*text).subspan(32));
    state_ = State::ReadyAwaited;
    return true;
}

void CurvePeer::initiate(ByteView cookie) {
    BoxNonce vouch_number = nonce("VOUCH---");
    random_.fill(std::span(vouch_number).subspan(8));
    const bool for_another = plan_.flaw == Flaw::WrongVouch;
    Bytes vouch = to_bytes((for_another ? another(random_) : transient_->public_key).view());
    append(vouch, plan_.server.view());
    Bytes text = to_bytes(plan_.own->public_key.view());
    append(text, ByteView(vouch_number).subspan(8));
    append(text, box_seal(box_with(plan_.own->secret, server_transient_), vouch_number, vouch));
    property(text, "Socket-Type", "DEALER");
    property(text, "Identity", plan_.routing_id);

    session_ = box_with(transient_->secret, server_transient_);
    const BoxNonce number = nonce("CurveZMQINITIATE");
    Bytes body = to_bytes(std::string_view("\10INITIATE"));
    append(body, cookie.first(kCookieBytes));
    if (plan_.flaw == Flaw::WrongCookie) body[40] ^= std::byte{1};
    append(body, ByteView(number).subspan(16));
    append(body, box_seal(session_, number, text));
    if (plan_.flaw == Flaw::ShortInitiate) body.resize(kShortInitiateBytes);
    command(body);
    transient_.reset();
}

void CurvePeer::seal(std::uint8_t flags, ByteView text) {
    const BoxNonce number = nonce("CurveZMQMESSAGEC");
    Bytes inner{static_cast<std::byte>(flags)};
    append(inner, text);
    Bytes body = to_bytes(std::string_view("\7MESSAGE"));
    append(body, ByteView(number).subspan(16));
    append(body, box_seal(session_, number, inner));
    frame(0, body);
}

void CurvePeer::send(ByteView message, Part part) {
    CHAPAR_ASSERT(state_ == State::Ready);
    seal(part == Part::More ? kSealedMore : 0, message);
    flush();
}

void CurvePeer::take_message(ByteView body) {
    if (!begins(body, "\7MESSAGE") || body.size() < 16) return close();
    BoxNonce number = nonce("MESSAGE-");
    std::ranges::copy(view("CurveZMQMESSAGES"), number.begin());
    std::ranges::copy(body.subspan(8, 8), number.begin() + 16);
    const auto text = box_open(session_, number, body.subspan(16));
    if (!text || text->empty()) return close();
    const ByteView content = ByteView(*text).subspan(1);
    const auto flags = std::to_integer<std::uint8_t>(text->front());
    if ((flags & kSealedCommand) == 0) return message_(*this, content);
    if (!begins(content, "\4PING") || content.size() < 7) return;
    Bytes pong = to_bytes(std::string_view("\4PONG"));
    append(pong, content.subspan(7));
    seal(kSealedCommand, pong);
}

void CurvePeer::flush() {
    while (!out_.empty() && state_ != State::Closed) {
        const ssize_t sent = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != ENOTCONN && errno != EINTR) close();
            return;
        }
        out_.erase(out_.begin(), out_.begin() + sent);
    }
}

void CurvePeer::close() {
    state_ = State::Closed;
    socket_ = broker::FileDescriptor();
    out_.clear();
}

Crowd::Crowd() : epoll_(epoll_create1(EPOLL_CLOEXEC)) { CHAPAR_ASSERT(bool(epoll_)); }

CurvePeer& Crowd::add(std::unique_ptr<CurvePeer> peer) {
    peers_.push_back(std::move(peer));
    CurvePeer& added = *peers_.back();
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &added;
    if (added.descriptor() >= 0) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, added.descriptor(), &event);
    }
    return added;
}

void Crowd::turn(int most_ms) {
    std::array<epoll_event, 256> events{};
    int found = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), most_ms);
    for (int i = 0; i < found; ++i) {
        static_cast<CurvePeer*>(events[static_cast<std::size_t>(i)].data.ptr)->pump();
    }
}

std::size_t Crowd::bury() {
    return std::erase_if(
        peers_, [](const auto& peer) { return peer->state() == CurvePeer::State::Closed; });
}

std::size_t Crowd::ready() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        peers_, [](const auto& peer) { return peer->state() == CurvePeer::State::Ready; }));
}

}  // namespace chapar::hostile
