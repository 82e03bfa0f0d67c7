#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <type_traits>

#include "crypto/arena.h"
#include "crypto/checksum.h"
#include "crypto/secret.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;

namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
    a == b;
};

}  // namespace

static_assert(!std::is_copy_constructible_v<Secret32> && !std::is_copy_assignable_v<Secret32>);
static_assert(!std::is_copy_constructible_v<SecretBuffer>);
static_assert(std::is_nothrow_move_constructible_v<Secret32>);
static_assert(!Printable<Secret32> && !Printable<SecretBuffer>);
static_assert(!Comparable<Secret32> && !Comparable<SecretBuffer>);

// Fails if a move copies the secret instead of handing over its block.
TEST_CASE("a secret that is moved stays where it is, and the one moved from has none") {
    FakeRandom random(1);
    Secret32 from = Secret32::random(random);
    const Bytes before = to_bytes(from.expose());
    const std::byte* const place = from.expose().data();
    const Secret32 to = std::move(from);
    CHECK(equal(to.expose(), before));
    CHECK(to.expose().data() == place);
    SecretBuffer buffer = SecretBuffer::copy_of(view("text"));
    const SecretBuffer taken = std::move(buffer);
    CHECK(equal(taken.expose(), view("text")));
    CHECK(buffer.size() == 0);  // NOLINT: the state after a move is the point
    CHECK(buffer.expose().empty());
}

TEST_CASE("what a secret is assigned over is wiped") {
    FakeRandom random(2);
    Secret32 old = Secret32::random(random);
    const std::byte* const place = old.expose().data();
    const std::byte first = old.expose()[8];
    Secret32 fresh = Secret32::random(random);
    REQUIRE(first != std::byte{0});
    old = std::move(fresh);
    // The block is the next one given: were it not wiped, its bytes would be seen again.
    const Secret32 next;
    CHECK(next.expose().data() == place);
    CHECK(equal(next.expose(), Bytes(32)));
}

TEST_CASE("secrets and short buffers lie in the arena, long texts do not") {
    FakeRandom random(3);
    CHECK(arena::owns(Secret32::random(random).expose().data()));
    CHECK(arena::owns(SecretBuffer(kArenaBuffer).expose().data()));
    CHECK_FALSE(arena::owns(SecretBuffer(kArenaBuffer + 1).expose().data()));
}

TEST_CASE("a secret has exactly its length") {
    CHECK(Secret32::from(Bytes(32)).has_value());
    CHECK_FALSE(Secret32::from(Bytes(31)).has_value());
    CHECK_FALSE(Secret32::from(Bytes(33)).has_value());
}

TEST_CASE("cutting a secret buffer keeps its beginning") {
    SecretBuffer buffer = SecretBuffer::copy_of(view("secret text"));
    buffer.truncate(6);
    CHECK(equal(buffer.expose(), view("secret")));
}

TEST_CASE("constant-time comparison tells equal from different") {
    CHECK(equal_in_constant_time(view("same"), view("same")));
    CHECK(equal_in_constant_time({}, {}));
    CHECK_FALSE(equal_in_constant_time(view("same"), view("samf")));
    CHECK_FALSE(equal_in_constant_time(view("same"), view("sam")));
}

TEST_CASE("a random number stays below its bound and reaches all values") {
    FakeRandom random(3);
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 500; ++i) seen.insert(random_below(random, 7));
    CHECK(seen == std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(random_below(random, 1) == 0);
}

TEST_CASE("the system's random numbers differ from draw to draw") {
    SystemRandom random;
    CHECK_FALSE(equal(Secret32::random(random).expose(), Secret32::random(random).expose()));
}

TEST_CASE("the checksum depends on key, bytes and order") {
    FakeRandom random(4);
    const auto key = random_value<ChecksumKey>(random);
    const auto other = random_value<ChecksumKey>(random);
    CHECK(checksum(key, view("record")) == checksum(key, {view("rec"), view("ord")}));
    CHECK(checksum(key, view("record")) != checksum(other, view("record")));
    CHECK(checksum(key, view("record")) != checksum(key, view("recorD")));
    CHECK(checksum(key, {view("a"), view("b")}) != checksum(key, {view("b"), view("a")}));
}

}  // namespace chapar::testing
