#include <doctest/doctest.h>

#include "crypto/batch.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;

namespace {

struct Signer {
    FakeRandom random{21};
    SigningKey key = SigningKey::generate(random);
    SeenHead seen{.home = random_value<Home>(random),
                  .ledger = LedgerNumber(1),
                  .size = TreeSize(7),
                  .root = random_value<Hash>(random)};

    [[nodiscard]] std::vector<EnvelopeHash> envelopes(std::size_t count) {
        std::vector<EnvelopeHash> out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(random_value<EnvelopeHash>(random));
        return out;
    }
};

}  // namespace

TEST_CASE("every member of a batch is provable alone, up to the largest batch") {
    Signer signer;
    for (const std::size_t size : {1, 2, 3, 5, 16, 255, 256}) {
        const std::vector<EnvelopeHash> envelopes = signer.envelopes(size);
        const SignedBatch batch = sign_envelopes(signer.seen, envelopes, signer.key);
        CHECK(check_batch(batch.head, batch.signature, envelopes, signer.key.verifying_key()));
        for (std::size_t i = 0; i < size; ++i) {
            const Result<BatchItem> item = BatchItem::decode(batch.item(i).encode());
            REQUIRE(item.has_value());
            CHECK(check_path(envelopes[i], *item));
            CHECK(check_path(envelopes[(i + 1) % size], *item).has_value() == (size == 1));
        }
        CHECK(check_item(envelopes[0], batch.item(0), signer.key.verifying_key()));
    }
}

// Fails if check_members() does not compare the number, or the root.
TEST_CASE("a whole batch has the number of members that it states") {
    Signer signer;
    std::vector<EnvelopeHash> envelopes = signer.envelopes(5);
    const SignedBatch batch = sign_envelopes(signer.seen, envelopes, signer.key);
    const auto check = [&](std::span<const EnvelopeHash> members) {
        return check_batch(batch.head, batch.signature, members, signer.key.verifying_key());
    };
    CHECK(check(envelopes));
    CHECK(check(std::span(envelopes).first(4)).error().code == Errc::BatchPath);
    CHECK(check({}).error().code == Errc::BatchPath);
    // Its signer may say another number over the same tree: the paths of some would not hold.
    BatchHead lie = batch.head;
    lie.count = 6;
    const Signature signature = signer.key.sign(Label::Envelopes, lie.encode());
    CHECK(check_batch(lie, signature, envelopes, signer.key.verifying_key()).error().code ==
          Errc::BatchPath);
    std::swap(envelopes[0], envelopes[1]);
    CHECK(check(envelopes).error().code == Errc::BatchPath);
}

TEST_CASE("a batch signed for one kind is not a batch of the other") {
    Signer signer;
    DeliveryStatement statement;
    statement.signer = random_value<CertificateHash>(signer.random);
    const std::vector<DeliveryStatement> statements{statement};
    const SignedBatch batch = sign_statements(signer.seen, statements, signer.key);
    const VerifyingKey key = signer.key.verifying_key();
    CHECK(check_signature(BatchKind::Deliveries, batch.head, batch.signature, key));
    CHECK_FALSE(check_signature(BatchKind::Envelopes, batch.head, batch.signature, key));
    CHECK(check_item(statement, batch.item(0), key));
    // The statement's hash in the place of an envelope's.
    const EnvelopeHash disguised{statement_hash(statement).bytes};
    CHECK(check_item(disguised, batch.item(0), key).error().code == Errc::BatchSignature);
}

TEST_CASE("every byte of a batch head is signed") {
    Signer signer;
    const std::vector<EnvelopeHash> envelopes = signer.envelopes(3);
    const SignedBatch batch = sign_envelopes(signer.seen, envelopes, signer.key);
    Bytes bytes = batch.head.encode();
    for (std::byte& b : bytes) {
        b ^= std::byte{1};
        const Result<BatchHead> head = BatchHead::decode(bytes);
        if (head) {
            CHECK_FALSE(check_signature(BatchKind::Envelopes, *head, batch.signature,
                                        signer.key.verifying_key()));
        }
        b ^= std::byte{1};
    }
}

TEST_CASE("the items of a received batch are those its signer made") {
    Signer signer;
    const std::vector<EnvelopeHash> envelopes = signer.envelopes(9);
    const SignedBatch batch = sign_envelopes(signer.seen, envelopes, signer.key);
    const SignedBatch again = batch_of(batch.head, batch.signature, envelopes);
    for (std::size_t i = 0; i < envelopes.size(); ++i) CHECK(again.item(i) == batch.item(i));
}

}  // namespace chapar::testing
