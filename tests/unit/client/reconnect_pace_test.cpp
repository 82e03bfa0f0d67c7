// Backoff with full jitter.
#include "client/edge/reconnect_pace.h"

#include <doctest/doctest.h>

#include <array>

#include "tests/support/fake_random.h"

using namespace chapar;
using namespace chapar::client;
using chapar::testing::FakeRandom;

// Fails if the bound does not double, or grows beyond a minute.
TEST_CASE("waits are drawn below a bound that doubles from half a second to a minute") {
    constexpr std::array<std::uint64_t, 10> kBounds{500,    1'000,  2'000,  4'000,  8'000,
                                                    16'000, 32'000, 60'000, 60'000, 60'000};
    std::array<std::uint64_t, 10> longest{};
    std::array<std::uint64_t, 10> shortest{};
    shortest.fill(60'000);
    FakeRandom random(3);
    for (int device = 0; device < 2'000; ++device) {
        ReconnectPace pace;
        for (std::size_t i = 0; i < kBounds.size(); ++i) {
            const std::uint64_t wait = pace.next(random).value;
            CHECK(wait <= kBounds.at(i));
            longest.at(i) = std::max(longest.at(i), wait);
            shortest.at(i) = std::min(shortest.at(i), wait);
        }
    }
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
        CHECK(longest.at(i) > kBounds.at(i) * 99 / 100);
        CHECK(shortest.at(i) < kBounds.at(i) / 100);
    }
}

// Fails if all devices draw the same: the storm is then only late.
TEST_CASE("ten thousand devices that were cut together come back spread evenly over each bound") {
    constexpr std::size_t kTenths = 10;
    FakeRandom random(4);
    std::array<std::size_t, kTenths> arrivals{};
    for (int device = 0; device < 10'000; ++device) {
        ReconnectPace pace;
        for (int failed = 0; failed < 5; ++failed) (void)pace.next(random);
        arrivals.at(pace.next(random).value * kTenths / 16'001) += 1;
    }
    for (const std::size_t count : arrivals) {
        CHECK(count > 850);
        CHECK(count < 1'150);
    }
}

// Fails if a connection that held is followed by a long wait.
TEST_CASE("after a connection the next wait is a short one") {
    FakeRandom random(5);
    ReconnectPace pace;
    for (int i = 0; i < 20; ++i) (void)pace.next(random);
    pace.connected();
    CHECK(pace.next(random) <= ReconnectPace::kFirst);
}

TEST_CASE("a transport begins with half a second to a second") {
    FakeRandom random(6);
    for (int i = 0; i < 1'000; ++i) {
        const std::uint64_t first = ReconnectPace::first_of_transport(random).value;
        CHECK(first >= 500);
        CHECK(first < 1'000);
    }
}
