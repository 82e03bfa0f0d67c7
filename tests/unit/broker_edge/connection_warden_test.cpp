// The accounting of connections: each bound one below, at it, and one above.
#include "broker/edge/connection_warden.h"

#include <doctest/doctest.h>

#include <limits>

using namespace chapar;
using namespace chapar::broker;

namespace {

constexpr PeerAddress kOne = 0x0A000001;
constexpr PeerAddress kTwo = 0x0A000002;
constexpr DurationMs kStart{1'000'000};
constexpr std::uint64_t kPlenty = 1'000'000;

// Nothing is bounded but what a test sets.
ConnectionBounds loose() {
    ConnectionBounds bounds;
    bounds.count = bounds.per_address = kPlenty;
    bounds.pending = bounds.pending_per_address = kPlenty;
    bounds.accepts = bounds.accepts_per_address = {kPlenty, kPlenty};
    return bounds;
}

struct Door {
    explicit Door(ConnectionBounds bounds) : warden(std::move(bounds), kStart) {}

    std::vector<ConnectionCut> accept(PeerAddress address = kOne) {
        return warden.accepted(++last, address, now);
    }
    // How many of so many in a row cost somebody the connection.
    std::size_t accept_many(std::size_t count, PeerAddress address = kOne) {
        std::size_t cuts = 0;
        for (std::size_t i = 0; i < count; ++i) cuts += accept(address).size();
        return cuts;
    }
    SocketCookie accept_and_hear(std::uint64_t bytes = 300) {
        REQUIRE(accept().empty());
        warden.heard(last, bytes, bytes, now);
        return last;
    }
    void pass(DurationMs time) { now = DurationMs(now.value + time.value); }
    [[nodiscard]] std::uint64_t cuts(CutReason reason) const {
        return warden.figures().cuts.at(static_cast<std::size_t>(reason));
    }

    ConnectionWarden warden;
    DurationMs now = kStart;
    SocketCookie last = 0;
};

void check_cut(const std::vector<ConnectionCut>& cuts, SocketCookie whom, CutReason why) {
    REQUIRE(cuts.size() == 1);
    CHECK(cuts[0].connection == whom);
    CHECK(word_of(cuts[0].reason) == word_of(why));
}

void check_newcomer_cut(Door& door, CutReason why) {
    const auto cuts = door.accept();
    check_cut(cuts, door.last, why);
}

}  // namespace

// Fails if a bound is changed here and not on the page.
TEST_CASE("the bounds of connections are the page's") {
    const ConnectionBounds bounds;
    CHECK(bounds.count == 10'500);
    CHECK(bounds.per_address == 64);
    CHECK(bounds.pending == 512);
    CHECK(bounds.pending_per_address == 16);
    CHECK(bounds.accepts.per_second == 300);
    CHECK(bounds.accepts_per_address.per_second == 10);
    CHECK(bounds.unfinished.first_each == 512 * 1024);
    CHECK(bounds.unfinished.first_together == 32 * 1024 * 1024);
    CHECK(bounds.unfinished.each == 2 * 1024 * 1024);
    CHECK(bounds.unfinished.together == 256 * 1024 * 1024);
}

// Fails if the size of the register is not compared.
TEST_CASE("one connection too many is cut, and there is room again when another has closed") {
    ConnectionBounds bounds = loose();
    bounds.count = 10'500;
    Door door(bounds);
    CHECK(door.accept_many(10'499) == 0);
    CHECK(door.accept().empty());
    check_cut(door.accept(), 10'501, CutReason::Count);
    CHECK(door.warden.figures().connections == 10'500);
    door.warden.closed(1);
    CHECK(door.accept().empty());
}

// Fails if connections are not counted by address, or a closed one stays counted.
TEST_CASE("one address holds 64 connections and no more, however many others there are") {
    ConnectionBounds bounds = loose();
    bounds.per_address = 64;
    Door door(bounds);
    CHECK(door.accept_many(63) == 0);
    CHECK(door.accept().empty());
    check_cut(door.accept(), 65, CutReason::CountOfAddress);
    CHECK(door.accept_many(64, kTwo) == 0);
    door.warden.closed(1);
    CHECK(door.accept().empty());
    check_newcomer_cut(door, CutReason::CountOfAddress);
}

// Fails if the newcomer is cut instead: whoever fills the places then keeps everybody out.
TEST_CASE(
    "with 512 that have said nothing the oldest of them makes room, not one that has spoken") {
    ConnectionBounds bounds = loose();
    bounds.pending = 512;
    Door door(bounds);
    const SocketCookie spoken = door.accept_and_hear();
    CHECK(door.accept_many(511) == 0);
    CHECK(door.accept().empty());
    CHECK(door.warden.figures().pending == 512);
    check_cut(door.accept(), spoken + 1, CutReason::Pending);
    CHECK(door.warden.figures().pending == 512);
}

// Fails if the bound of one address looks at all that are pending.
TEST_CASE("of 16 of one address that have said nothing the oldest makes room for the next") {
    ConnectionBounds bounds = loose();
    bounds.pending_per_address = 16;
    Door door(bounds);
    REQUIRE(door.accept(kTwo).empty());
    CHECK(door.accept_many(15) == 0);
    CHECK(door.accept().empty());
    check_cut(door.accept(), 2, CutReason::PendingOfAddress);
    door.warden.heard(3, 300, 300, door.now);
    CHECK(door.accept().empty());
}

// Fails if the bucket is not asked, or does not fill again with time.
TEST_CASE("connections come at 300 a second after a burst") {
    ConnectionBounds bounds = loose();
    bounds.accepts = {300, 512};
    Door door(bounds);
    CHECK(door.accept_many(511) == 0);
    CHECK(door.accept().empty());
    check_cut(door.accept(), 513, CutReason::AcceptRate);
    door.pass(kSecond);
    CHECK(door.accept_many(299) == 0);
    CHECK(door.accept().empty());
    check_newcomer_cut(door, CutReason::AcceptRate);
}

// Fails if the bound of all is asked first: a flood of one address would use up what others may.
TEST_CASE("of one address come 10 a second after a burst, and what it may not do costs no other") {
    ConnectionBounds bounds = loose();
    bounds.accepts = {300, 40};
    bounds.accepts_per_address = {10, 16};
    Door door(bounds);
    CHECK(door.accept_many(15) == 0);
    CHECK(door.accept().empty());
    CHECK(door.accept_many(1'000) == 1'000);
    CHECK(door.cuts(CutReason::AcceptRateOfAddress) == 1'000);
    CHECK(door.accept_many(16, kTwo) == 0);
    door.pass(kSecond);
    CHECK(door.accept_many(9) == 0);
    CHECK(door.accept().empty());
    check_newcomer_cut(door, CutReason::AcceptRateOfAddress);
}

// Fails if shared addresses are bounded like others, or not bounded at all.
TEST_CASE("an address behind which many stand has no bounds of its own, and those of all") {
    ConnectionBounds bounds = loose();
    bounds.per_address = 2;
    bounds.pending_per_address = 2;
    bounds.accepts_per_address = {1, 2};
    bounds.count = 100;
    bounds.shared_addresses = {kOne};
    Door door(bounds);
    CHECK(door.accept_many(100) == 0);
    check_cut(door.accept(), 101, CutReason::Count);
}

// Fails if the unfinished bytes of one that has not spoken are not compared.
TEST_CASE("before its first whole message a connection may bring 512 KiB") {
    Door door(loose());
    REQUIRE(door.accept().empty());
    CHECK(door.warden.measured(1, 512 * 1024 - 1, door.now).empty());
    CHECK(door.warden.measured(1, 512 * 1024, door.now).empty());
    check_cut(door.warden.measured(1, 512 * 1024 + 1, door.now), 1, CutReason::FirstMessageBytes);
    CHECK(door.warden.figures().unfinished_bytes == 0);
    CHECK(door.warden.measured(1, 600 * 1024, door.now).empty());
}

// Fails if the base does not follow each whole message: an honest client is cut after 2 MiB.
TEST_CASE("a whole message is forgiven: 2 MiB count from the last one on") {
    Door door(loose());
    const SocketCookie id = door.accept_and_hear(1'000);
    constexpr std::uint64_t kMost = 2 * 1024 * 1024;
    CHECK(door.warden.measured(id, 1'000 + kMost - 1, door.now).empty());
    CHECK(door.warden.measured(id, 1'000 + kMost, door.now).empty());
    door.warden.heard(id, kMost, 1'000 + kMost, door.now);
    CHECK(door.warden.figures().unfinished_bytes == 0);
    CHECK(door.warden.measured(id, 1'000 + 2 * kMost, door.now).empty());
    check_cut(door.warden.measured(id, 1'001 + 2 * kMost, door.now), id, CutReason::MessageBytes);
}

// Fails if a message that is heard forgives what libzmq has taken of the one behind it.
TEST_CASE("what has come of the next message counts, however many whole ones came before it") {
    Door door(loose());
    const SocketCookie id = door.accept_and_hear(0);
    constexpr std::uint64_t kMost = 2 * 1024 * 1024;
    constexpr std::uint64_t kWhole = 1'000 + 64;
    const std::uint64_t taken = 4 * kWhole + kMost;
    CHECK(door.warden.measured(id, kMost, door.now).empty());
    for (std::uint64_t i = 1; i <= 4; ++i) {
        door.pass(DurationMs(50));
        door.warden.heard(id, 1'000, taken, door.now);
        CHECK(door.warden.figures().unfinished_bytes == taken - i * kWhole);
    }
    CHECK(door.warden.measured(id, taken, door.now).empty());
    check_cut(door.warden.measured(id, taken + 1, door.now), id, CutReason::MessageBytes);
}

// Fails if seconds without heartbeats are saved up without an end.
TEST_CASE("a day of silence is worth 4 KiB, not a megabyte") {
    Door door(loose());
    const SocketCookie id = door.accept_and_hear(0);
    for (int second = 0; second < 86'400; ++second) {
        door.pass(kSecond);
        REQUIRE(door.warden.measured(id, 0, door.now).empty());
    }
    constexpr std::uint64_t kMost = 2 * 1024 * 1024 + 4096;
    CHECK(door.warden.measured(id, kMost, door.now).empty());
    check_cut(door.warden.measured(id, kMost + 1, door.now), id, CutReason::MessageBytes);
}

// Fails if what the silent hold together is not bounded, or the smallest of them is cut.
TEST_CASE("first messages hold 32 MiB together; beyond, the largest goes") {
    Door door(loose());
    REQUIRE(door.accept_many(65) == 0);
    for (SocketCookie id = 1; id <= 63; ++id) {
        REQUIRE(door.warden.measured(id, 512 * 1024, door.now).empty());
    }
    // 63 of 512 KiB, and 512 KiB in two halves, of which one has a byte less at first.
    CHECK(door.warden.measured(64, 256 * 1024, door.now).empty());
    CHECK(door.warden.measured(65, 256 * 1024 - 1, door.now).empty());
    CHECK(door.warden.measured(65, 256 * 1024, door.now).empty());
    CHECK(door.warden.figures().unfinished_bytes == 32 * 1024 * 1024);
    check_cut(door.warden.measured(65, 256 * 1024 + 1, door.now), 1,
              CutReason::FirstMessagesTogether);
}

// Fails if only those who have not spoken are added up.
TEST_CASE("all messages that have not ended hold 256 MiB together; beyond, the largest goes") {
    Door door(loose());
    for (int i = 0; i < 129; ++i) (void)door.accept_and_hear(0);
    constexpr std::uint64_t kMost = 2 * 1024 * 1024;
    for (SocketCookie id = 1; id <= 127; ++id) {
        REQUIRE(door.warden.measured(id, kMost, door.now).empty());
    }
    CHECK(door.warden.measured(128, kMost - 1, door.now).empty());
    CHECK(door.warden.measured(128, kMost, door.now).empty());
    check_cut(door.warden.measured(129, 1, door.now), 1, CutReason::MessagesTogether);
    CHECK(door.warden.figures().unfinished_bytes == 127 * kMost + 1);
}

// Fails if a peer of one byte a second may begin and never end.
TEST_CASE("who has said nothing whole for 13 seconds is cut, however much or little it sent") {
    Door door(loose());
    REQUIRE(door.accept().empty());
    door.pass(DurationMs(12'999));
    CHECK(door.warden.sweep(door.now).empty());
    door.pass(DurationMs(1));
    CHECK(door.warden.sweep(door.now).empty());
    door.pass(DurationMs(1));
    check_cut(door.warden.sweep(door.now), 1, CutReason::NoFirstMessage);
    CHECK(door.warden.figures().pending == 0);
}

// Fails if a begun message has no deadline.
TEST_CASE("a message that has begun must end within a minute") {
    Door door(loose());
    const SocketCookie id = door.accept_and_hear(0);
    const SocketCookie other = door.accept_and_hear(0);
    CHECK(door.warden.measured(id, 1'023, door.now).empty());
    door.pass(DurationMs(500));
    CHECK(door.warden.measured(id, 1'024, door.now).empty());
    CHECK(door.warden.measured(other, 1'023, door.now).empty());
    for (int second = 1; second <= 60; ++second) {
        door.pass(kSecond);
        CHECK(door.warden.measured(id, 1'024 + 20 * static_cast<std::uint64_t>(second), door.now)
                  .empty());
        CHECK(door.warden.sweep(door.now).empty());
    }
    door.pass(DurationMs(1));
    check_cut(door.warden.sweep(door.now), id, CutReason::MessageTime);
}

// Fails if the beginning of one message is held against the next.
TEST_CASE("a message that has ended in time takes its deadline with it") {
    Door door(loose());
    const SocketCookie id = door.accept_and_hear(0);
    CHECK(door.warden.measured(id, 100'000, door.now).empty());
    door.pass(kMinute);
    door.warden.heard(id, 100'000, 100'000, door.now);
    CHECK(door.warden.measured(id, 200'000, door.now).empty());
    door.pass(kMinute);
    CHECK(door.warden.sweep(door.now).empty());
}

// Fails if heartbeats count as a message: a client that only listens is cut after some days.
TEST_CASE("a client that only listens may answer heartbeats for a year") {
    Door door(loose());
    const SocketCookie id = door.accept_and_hear(0);
    std::uint64_t bytes = 0;
    for (int day = 0; day < 366; ++day) {
        door.pass(kDay);
        bytes += 8'640 * 100;  // each ten seconds
        REQUIRE(door.warden.measured(id, bytes, door.now).empty());
        REQUIRE(door.warden.sweep(door.now).empty());
    }
    CHECK(door.warden.figures().unfinished_bytes == 0);
}

// Fails if a message that is received before the news of its connection is forgotten.
TEST_CASE("a message that overtakes the news of its connection counts") {
    Door door(loose());
    door.warden.heard(1, 300, 300, door.now);
    REQUIRE(door.accept().empty());
    CHECK(door.warden.figures().pending == 0);
    door.pass(kMinute);
    CHECK(door.warden.sweep(door.now).empty());
}

// Fails if a cookie that is not known is looked up without asking, or counted twice.
TEST_CASE("what becomes of connections the accounting does not know changes nothing") {
    Door door(loose());
    door.warden.closed(7);
    CHECK(door.warden.measured(7, kPlenty, door.now).empty());
    CHECK(door.warden.sweep(door.now).empty());
    REQUIRE(door.accept().empty());
    CHECK(door.warden.accepted(1, kTwo, door.now).empty());
    door.warden.closed(1);
    door.warden.closed(1);
    CHECK(door.warden.figures().connections == 0);
    CHECK(door.warden.figures().pending == 0);
}

// Fails if those who say nothing are not bounded, or stay.
TEST_CASE("a flood from a hundred thousand addresses holds 512 places, and none a minute later") {
    ConnectionBounds bounds;
    Door door(bounds);
    for (PeerAddress address = 1; address <= 100'000; ++address) {
        (void)door.accept(address);
        if (address % 100 == 0) {
            door.pass(DurationMs(50));
            (void)door.warden.sweep(door.now);
        }
        CHECK_MESSAGE(door.warden.figures().pending <= 512, address);
    }
    door.pass(kMinute);
    (void)door.warden.sweep(door.now);
    CHECK(door.warden.figures().connections == 0);
}
