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

// Fails if root_from_path() ignores the index, or does not demand the number of nodes that index
// and size need.
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

// The root of a batch of two is a node over two hashes: it must not pass as a leaf. Fails if leaves
// and nodes are hashed alike.
TEST_CASE("attack: an inner node of a batch is no envelope") {
    const Signed a(4);
    const Hash left = node_hash(leaf_hash(a.envelopes[0].view()), leaf_hash(a.envelopes[1].view()));
    BatchItem item = a.batch.item(0);
    item.path.erase(item.path.begin());
    item.head.count = 2;
    const EnvelopeHash inner{left.bytes};
    CHECK_FALSE(check_path(inner, item).has_value());
}

}  // namespace chapar::testing
