#include "crypto/self_test.h"

#include <doctest/doctest.h>

#include <set>

#include "crypto/sign.h"

namespace chapar::testing {

using namespace crypto;

namespace {

bool patched(const SigningPublicKey& key) { return VerifyingKey::create(key).has_value(); }

// The points that check_points() asks about.
std::set<SigningPublicKey> points() {
    std::set<SigningPublicKey> asked;
    CHECK(check_points([&](const SigningPublicKey& key) {
        asked.insert(key);
        return patched(key);
    }));
    return asked;
}

}  // namespace

TEST_CASE("the library that is installed passes its self-tests") {
    CHECK(start());
    CHECK(start());
}

// Fails if a point is left out of the list, or its verdict is not compared.
TEST_CASE("a library that accepts one bad point, or refuses the good one, is refused") {
    const std::set<SigningPublicKey> asked = points();
    REQUIRE(asked.size() == 5);
    for (const SigningPublicKey& wrong : asked) {
        const Status status = check_points([&](const SigningPublicKey& key) {
            return key == wrong ? !patched(key) : patched(key);
        });
        REQUIRE_FALSE(status);
        CHECK(status.error().code == Errc::SelfTest);
    }
    CHECK_FALSE(check_points([](const SigningPublicKey&) { return true; }));
    CHECK_FALSE(check_points([](const SigningPublicKey&) { return false; }));
}

}  // namespace chapar::testing
