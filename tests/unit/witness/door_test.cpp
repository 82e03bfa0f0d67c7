// The witness over CURVE, on real sockets.
#include <doctest/doctest.h>

#include "schemas/base/limits.h"
#include "unit/witness/running_witness.h"

namespace chapar::testing {
namespace {

using crypto::WitnessAnswer;
using crypto::WitnessCall;
using crypto::WitnessMethod;

constexpr DurationMs kPatience{20'000};
// How long nothing must come where nothing may come.
constexpr DurationMs kSilence{300};

std::optional<WitnessAnswer> ask(client::ZmqTransport& dealer, WitnessMethod method,
                                 std::string body) {
    must(dealer.send(WitnessCall{method, std::move(body)}.encode()));
    const auto frame = must(dealer.receive(kPatience));
    if (!frame) return std::nullopt;
    return must(WitnessAnswer::parse(*frame));
}

}  // namespace

TEST_CASE("a broker that was told is cosigned over CURVE, and may read the note back") {
    const RunningWitness running;
    const auto dealer = running.broker();
    CHECK(ask(*dealer, WitnessMethod::Note, kOrigin)->status == 404);
    const auto answer = ask(*dealer, WitnessMethod::AddCheckpoint, running.log().body(0, 5));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(cosigned_at(running.witness(), running.log().note(5), *answer) == kNow);
    CHECK(*ask(*dealer, WitnessMethod::Note, kOrigin) ==
          WitnessAnswer{200, running.log().note(5) + answer->body});
    CHECK(*ask(*dealer, WitnessMethod::AddCheckpoint, running.log().body(0, 9)) ==
          WitnessAnswer{409, "5\n"});
}

// Fails if the ZAP handler admits every key, or if its domain is not enforced.
TEST_CASE("a key that was not told gets no answer") {
    const RunningWitness running;
    const auto stranger = running.dealer(curve_pair(99));
    const Bytes call = WitnessCall{WitnessMethod::Note, kOrigin}.encode();
    // With ZMQ_IMMEDIATE nothing can be handed over until the handshake has succeeded.
    CHECK(error_of(stranger->send(call)) == Errc::Unreachable);
    CHECK(ask(*running.broker(), WitnessMethod::Note, kOrigin)->status == 404);
}

// Fails if the bound of the socket leaves no room for what CURVE adds.
TEST_CASE("a frame that is no call is dropped, and the next one is answered") {
    const RunningWitness running;
    const auto dealer = running.broker();
    for (const Bytes& frame : {Bytes{}, Bytes{std::byte{0}}, Bytes{std::byte{7}, std::byte{1}}}) {
        must(dealer->send(frame));
    }
    CHECK_FALSE(must(dealer->receive(kSilence)));
    CHECK(ask(*dealer, WitnessMethod::Note, kOrigin)->status == 404);
    CHECK(ask(*dealer, WitnessMethod::AddCheckpoint, "")->status == 400);
    CHECK(
        ask(*dealer, WitnessMethod::AddCheckpoint, std::string(limits::kWitnessRequestBytes, '\n'))
            ->status == 400);
}

TEST_CASE("a frame above the bound ends its connection, not the witness") {
    const RunningWitness running;
    const auto loud = running.broker();
    must(loud->send(Bytes(2 * limits::kWitnessRequestBytes, std::byte{1})));
    CHECK_FALSE(must(loud->receive(kSilence)));
    CHECK(ask(*running.broker(), WitnessMethod::AddCheckpoint, running.log().body(0, 5))->status ==
          200);
}

// Fails if comparing and keeping are not one step: two heads of one old size were cosigned.
TEST_CASE("of brokers that ask at once for the same old size, one is cosigned") {
    const RunningWitness running;
    std::vector<std::uint16_t> got(8);
    std::vector<std::thread> brokers;
    for (std::size_t i = 0; i < got.size(); ++i) {
        brokers.emplace_back([&running, &got, i] {
            const auto dealer = running.broker();
            const WitnessCall call{WitnessMethod::AddCheckpoint, running.log().body(0, 5 + i)};
            if (!dealer->send(call.encode())) return;
            const auto frame = dealer->receive(kPatience);
            if (frame && *frame) got[i] = WitnessAnswer::parse(**frame)->status;
        });
    }
    for (std::thread& broker : brokers) broker.join();
    CHECK(std::ranges::count(got, 200) == 1);
    CHECK(std::ranges::count(got, 409) == 7);
}

TEST_CASE("a fork is shown by the time the broker has its refusal") {
    const RunningWitness running;
    const auto dealer = running.broker();
    CHECK(ask(*dealer, WitnessMethod::AddCheckpoint, running.log().body(0, 5))->status == 200);
    const FakeLog fork(9, "second");
    CHECK(*ask(*dealer, WitnessMethod::AddCheckpoint, fork.body(5, 5)) ==
          WitnessAnswer{409, "5\n"});
    REQUIRE(running.forks().size() == 1);
    CHECK(std::filesystem::exists(*running.forks().begin()));
}

}  // namespace chapar::testing
