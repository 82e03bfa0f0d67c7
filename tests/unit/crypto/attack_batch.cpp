// One signature speaks for many envelopes: a member's place is part of what it says.
#include <doctest/doctest.h>

#include "crypto/batch.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;

namespace {

struct Signed {
    FakeRandom random{31};
    SigningKey key = SigningKey::generate(random);
    SeenHead seen{.home = random_value<Home>(random),
                  .ledger = LedgerNumber(1),
                  .size = TreeSize(7),
                  .root = random_value<Hash>(random)};
    std::vector<EnvelopeHash> envelopes;
    SignedBatch batch;

    explicit Signed(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            envelopes.push_back(random_value<EnvelopeHash>(random));
        }
        batch = sign_envelopes(seen, envelopes, key);
    }
    [[nodiscard]] std::optional<Errc> refused(std::size_t member, const BatchItem& item) const {
        const Status status = check_item(envelopes[member], item, key.verifying_key());
        return status ? std::nullopt : std::optional(status.error().code);
    }
};

}  // namespace

// Fails if root_from_path() takes a path that ends early, or does not look at the index.
TEST_CASE("attack: a batch item with a wrong path, index or number is no member") {
    for (const std::size_t size : {2, 5, 6, 256}) {
        const Signed a(size);
        for (std::size_t member = 0; member < size; member += size / 2) {
            BatchItem item = a.batch.item(member);
            REQUIRE_FALSE(a.refused(member, item));
            for (std::size_t other = 0; other < size; ++other) {
                if (other == member) continue;
                BatchItem moved = item;
                moved.index = static_cast<std::uint16_t>(other);
                CHECK(a.refused(member, moved) == Errc::BatchPath);
                moved.path = a.batch.item(other).path;
                CHECK(a.refused(member, moved) == Errc::BatchPath);
            }
            BatchItem longer = item;
            longer.path.push_back(a.envelopes.empty() ? Hash{} : Hash{a.envelopes[0].bytes});
            CHECK(a.refused(member, longer) == Errc::BatchPath);
            BatchItem shorter = item;
            shorter.path.pop_back();
            CHECK(a.refused(member, shorter) == Errc::BatchPath);
            BatchItem counted = item;
            counted.head.count = static_cast<std::uint16_t>(size - 1);
            CHECK(a.refused(member, counted).has_value());
        }
    }
}

// A signer says n = 6 over five members: index 4 then needs a node more than it has. And n is
// signed, so nobody else can say it. Fails if n is not part of B.
TEST_CASE("attack: a number of members that is not true costs the member that would profit") {
    const Signed a(5);
    BatchItem last = a.batch.item(4);
    last.head.count = 6;
    CHECK(a.refused(4, last) == Errc::BatchPath);
    BatchItem first = a.batch.item(0);
    first.head.count = 6;
    CHECK(a.refused(0, first) == Errc::BatchSignature);
}

// Leaves of a stream's tree are as long as their sender likes: two hashes, one behind the other,
// are the content of an inner node. Fails if leaves are hashed as nodes are.
TEST_CASE("attack: an inner node of a tree is no leaf") {
    FakeRandom random(5);
    const Hash left = leaf_hash(random_value<Hash>(random).view());
    const Hash right = leaf_hash(random_value<Hash>(random).view());
    Bytes both = to_bytes(left.view());
    append(both, right.view());
    CHECK(leaf_hash(both) != tree_root(std::vector<Hash>{left, right}));
}

}  // namespace chapar::testing
