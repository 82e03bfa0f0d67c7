#include <doctest/doctest.h>

#include "crypto/vault.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;

TEST_CASE("a record at rest opens under its key, in its place, and whole") {
    FakeRandom random(4);
    const Secret32 key = Secret32::random(random);
    const Secret32 other = Secret32::random(random);
    const Bytes sealed = seal_record(key, view("inbox/1"), view("a report"), random);
    CHECK(sealed.size() == 24 + 16 + 8);
    CHECK(to_string(open_record(key, view("inbox/1"), sealed)->expose()) == "a report");
    CHECK(open_record(key, view("inbox/2"), sealed).error().code == Errc::OpenFailed);
    CHECK(open_record(other, view("inbox/1"), sealed).error().code == Errc::OpenFailed);
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CHECK_FALSE(open_record(key, view("inbox/1"), ByteView(sealed).first(size)));
    }
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes flipped = sealed;
        flipped[i] ^= std::byte{1};
        CHECK_FALSE(open_record(key, view("inbox/1"), flipped));
    }
}

TEST_CASE("the same record sealed twice looks different") {
    FakeRandom random(4);
    const Secret32 key = Secret32::random(random);
    CHECK(seal_record(key, {}, view("x"), random) != seal_record(key, {}, view("x"), random));
}

}  // namespace chapar::testing
