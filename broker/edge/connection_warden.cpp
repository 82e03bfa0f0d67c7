#include "broker/edge/connection_warden.h"

#include <algorithm>

#include "schemas/base/result.h"

namespace chapar::broker {
namespace {

// A message can overtake the news of its connection by milliseconds.
constexpr DurationMs kEarly{10'000};
constexpr std::size_t kEarlyOnes = 4096;
// Of ZMTP and CURVE around a message: 42 today.
constexpr std::uint64_t kAroundMessage = 64;
// Greeting and handshake: some 600 today.
constexpr std::uint64_t kHandshake = 2048;

constexpr std::array<std::string_view, kCutReasons> kWords{"accept-rate",
                                                           "address-accept-rate",
                                                           "connections",
                                                           "address-connections",
                                                           "pending",
                                                           "address-pending",
                                                           "no-first-message",
                                                           "first-message-bytes",
                                                           "first-messages-together",
                                                           "message-bytes",
                                                           "messages-together",
                                                           "message-time"};

}  // namespace

std::string_view word_of(CutReason reason) { return kWords.at(static_cast<std::size_t>(reason)); }

ConnectionWarden::ConnectionWarden(ConnectionBounds bounds, DurationMs now)
    : bounds_(std::move(bounds)), accepts_(bounds_.accepts, now) {}

std::optional<CutReason> ConnectionWarden::refuses(PeerAddress address, DurationMs now) {
    // The address first: what one address may not do must not use up what all others may.
    if (!is_shared(address)) {
        auto& bucket =
            address_accepts_.try_emplace(address, bounds_.accepts_per_address, now).first->second;
        if (!bucket.take(1, now)) return CutReason::AcceptRateOfAddress;
        if (addresses_[address].connections >= bounds_.per_address) {
            return CutReason::CountOfAddress;
        }
    }
    if (!accepts_.take(1, now)) return CutReason::AcceptRate;
    if (connections_.size() >= bounds_.count) return CutReason::Count;
    return std::nullopt;
}

// A handshake is done in less time than it takes to fill these bounds at the rate that is allowed;
// who has waited longest is slow or does not mean to end it.
void ConnectionWarden::make_room(PeerAddress address, Cuts& cuts) {
    const auto of_address = addresses_.find(address);
    if (!is_shared(address) && of_address != addresses_.end() &&
        of_address->second.pending >= bounds_.pending_per_address) {
        const auto oldest = std::ranges::find_if(pending_, [&](const auto& waiting) {
            return connections_.at(waiting.second).address == address;
        });
        CHAPAR_ASSERT(oldest != pending_.end());
        cut(connections_.find(oldest->second), CutReason::PendingOfAddress, cuts);
    }
    if (pending_.size() >= bounds_.pending) {
        cut(connections_.find(pending_.begin()->second), CutReason::Pending, cuts);
    }
}

ConnectionWarden::Cuts ConnectionWarden::accepted(SocketCookie connection, PeerAddress address,
                                                  DurationMs now) {
    Cuts cuts;
    if (connections_.contains(connection)) return cuts;
    if (const auto reason = refuses(address, now)) {
        ++counts_.at(static_cast<std::size_t>(*reason));
        if (const auto known = addresses_.find(address);
            known != addresses_.end() && known->second.connections == 0) {
            addresses_.erase(known);
        }
        return {{connection, address, *reason}};
    }
    const auto early = early_.extract(connection);
    if (!early) make_room(address, cuts);
    Connection& added = connections_[connection];
    added.address = address;
    added.accepted = now;
    added.beats_at = now;
    added.heard = !early.empty();
    if (added.heard) added.base = early.mapped().bytes;
    AddressCount& count = addresses_[address];
    ++count.connections;
    if (added.heard) return cuts;
    ++count.pending;
    pending_.emplace(now, connection);
    return cuts;
}

void ConnectionWarden::closed(SocketCookie connection) {
    early_.erase(connection);
    const auto found = connections_.find(connection);
    if (found != connections_.end()) forget(found);
}

void ConnectionWarden::heard(SocketCookie connection, std::uint64_t size, std::uint64_t bytes,
                             DurationMs now) {
    const std::uint64_t whole = size + kAroundMessage;
    const auto found = connections_.find(connection);
    if (found == connections_.end()) {
        const auto before = early_.find(connection);
        if (before == early_.end() && early_.size() >= kEarlyOnes) return;
        const std::uint64_t base = before == early_.end() ? kHandshake : before->second.bytes;
        early_.insert_or_assign(connection, Early{std::min(bytes, base + whole), now});
        return;
    }
    Connection& known = found->second;
    set_unfinished(known, 0);
    if (!known.heard) {
        known.heard = true;
        known.base = std::min(bytes, kHandshake);
        known.beats_at = now;
        pending_.erase({known.accepted, connection});
        --addresses_.at(known.address).pending;
    }
    known.base = std::max(known.base, std::min(bytes, known.base + whole));
    forgive_heartbeats(known, bytes, now);
    set_unfinished(known, bytes - std::min(bytes, known.base));
    if (known.begun) begun_.erase({*known.begun, connection});
    known.begun.reset();
}

// They come all the time; the bytes of a message come at once.
void ConnectionWarden::forgive_heartbeats(Connection& connection, std::uint64_t bytes,
                                          DurationMs now) const {
    const UnfinishedBounds& bounds = bounds_.unfinished;
    const std::uint64_t seconds = (now.value - connection.beats_at.value) / kSecond.value;
    connection.beats_at = DurationMs(connection.beats_at.value + seconds * kSecond.value);
    const std::uint64_t beats = connection.beats + seconds * bounds.heartbeat_bytes;
    const std::uint64_t forgiven = std::min(beats, bytes - std::min(bytes, connection.base));
    connection.base += forgiven;
    connection.beats = std::min(beats - forgiven, bounds.heartbeats_saved);
}

void ConnectionWarden::set_unfinished(Connection& connection, std::uint64_t bytes) {
    unfinished_ += bytes - connection.unfinished;
    if (!connection.heard) unfinished_first_ += bytes - connection.unfinished;
    connection.unfinished = bytes;
}

ConnectionWarden::Cuts ConnectionWarden::measured(SocketCookie connection, std::uint64_t bytes,
                                                  DurationMs now) {
    Cuts cuts;
    const auto found = connections_.find(connection);
    if (found == connections_.end()) return cuts;
    Connection& known = found->second;
    const UnfinishedBounds& bounds = bounds_.unfinished;
    if (known.heard) forgive_heartbeats(known, bytes, now);
    const std::uint64_t unfinished = bytes - std::min(bytes, known.base);
    set_unfinished(known, unfinished);
    if (known.heard && unfinished >= bounds.begun && !known.begun) {
        known.begun = now;
        begun_.emplace(now, connection);
    }
    const std::uint64_t most = known.heard ? bounds.each : bounds.first_each;
    if (unfinished > most) {
        cut(found, known.heard ? CutReason::MessageBytes : CutReason::FirstMessageBytes, cuts);
    }
    while (unfinished_first_ > bounds.first_together) {
        cut_largest(true, CutReason::FirstMessagesTogether, cuts);
    }
    while (unfinished_ > bounds.together) {
        cut_largest(false, CutReason::MessagesTogether, cuts);
    }
    return cuts;
}

ConnectionWarden::Cuts ConnectionWarden::sweep(DurationMs now) {
    Cuts cuts;
    while (!pending_.empty() &&
           now.value - pending_.begin()->first.value > bounds_.first_message.value) {
        cut(connections_.find(pending_.begin()->second), CutReason::NoFirstMessage, cuts);
    }
    while (!begun_.empty() &&
           now.value - begun_.begin()->first.value > bounds_.unfinished.message.value) {
        cut(connections_.find(begun_.begin()->second), CutReason::MessageTime, cuts);
    }
    std::erase_if(address_accepts_, [&](auto& entry) { return entry.second.full(now); });
    std::erase_if(early_, [&](const auto& entry) {
        return now.value - entry.second.at.value > kEarly.value;
    });
    return cuts;
}

void ConnectionWarden::cut(Connections::iterator which, CutReason reason, Cuts& cuts) {
    CHAPAR_ASSERT(which != connections_.end());
    ++counts_.at(static_cast<std::size_t>(reason));
    cuts.push_back({which->first, which->second.address, reason});
    forget(which);
}

void ConnectionWarden::cut_largest(bool pending_only, CutReason reason, Cuts& cuts) {
    auto largest = connections_.end();
    for (auto it = connections_.begin(); it != connections_.end(); ++it) {
        if (pending_only && it->second.heard) continue;
        if (largest == connections_.end() || it->second.unfinished > largest->second.unfinished) {
            largest = it;
        }
    }
    cut(largest, reason, cuts);
}

void ConnectionWarden::forget(Connections::iterator which) {
    const SocketCookie id = which->first;
    Connection& connection = which->second;
    set_unfinished(connection, 0);
    const auto address = addresses_.find(connection.address);
    if (!connection.heard) {
        pending_.erase({connection.accepted, id});
        --address->second.pending;
    }
    if (connection.begun) begun_.erase({*connection.begun, id});
    if (--address->second.connections == 0) addresses_.erase(address);
    connections_.erase(which);
}

ConnectionWarden::Figures ConnectionWarden::figures() const {
    return {connections_.size(), pending_.size(), unfinished_, counts_};
}

}  // namespace chapar::broker
