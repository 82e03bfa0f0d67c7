#include <doctest/doctest.h>

#include "crypto/bundle.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

BundlePlan plan_of(const RecordFixture& centre, std::uint8_t keys = 1) {
    BundlePlan plan;
    plan.certificate = certificate_hash(centre.device().encode());
    plan.sequence = 3;
    plan.first_epoch = EpochDay(20000);
    plan.epochs = 4;
    plan.keys_per_epoch = keys;
    return plan;
}

template <typename Change>
bool refused_after(PrekeyBundle bundle, Change change) {
    change(bundle);
    return !PrekeyBundle::decode(bundle.encode());
}

}  // namespace

TEST_CASE("a key id is the bundle's sequence above the day") {
    const KeyId id = key_id_of(3, EpochDay(20001));
    CHECK(id.value == 0x0000000300004E21ULL);
    CHECK(bundle_sequence_of(id) == 3);
    CHECK(epoch_day_of(id) == EpochDay(20001));
}

TEST_CASE("a bundle is a strict layout, for officers and for auditors") {
    RecordFixture centre;
    CHECK(layout_is_strict(make_bundle(plan_of(centre), centre.random).bundle));
    CHECK(layout_is_strict(make_bundle(plan_of(centre, 2), centre.random).bundle));
}

TEST_CASE("each day's public key belongs to that day's secret") {
    RecordFixture centre;
    for (const std::uint8_t keys : {std::uint8_t{1}, std::uint8_t{2}}) {
        const NewBundle made = make_bundle(plan_of(centre, keys), centre.random);
        REQUIRE(made.secrets.size() == 4);
        for (std::uint32_t day = 0; day < 4; ++day) {
            const EpochSecret& secret = made.secrets[day];
            CHECK(secret.id() == key_id_of(3, EpochDay(20000 + day)));
            for (std::size_t slot = 0; slot < keys; ++slot) {
                CHECK(made.bundle.key(EpochDay(20000 + day), slot) ==
                      x25519_public_key(*secret.secret(slot)));
            }
        }
        CHECK_FALSE(made.bundle.key(EpochDay(20000), keys));
        CHECK_FALSE(made.bundle.key(EpochDay(19999)));
        CHECK_FALSE(made.bundle.key(EpochDay(20004)));
    }
}

TEST_CASE("a bundle out of its bounds is refused") {
    RecordFixture centre;
    const PrekeyBundle good = make_bundle(plan_of(centre), centre.random).bundle;
    CHECK(refused_after(good, [](PrekeyBundle& b) { b.sequence = 0; }));
    CHECK(refused_after(good, [](PrekeyBundle& b) { b.keep_days = 1; }));
    CHECK(refused_after(good, [](PrekeyBundle& b) { b.keep_days = 31; }));
    CHECK(refused_after(good, [](PrekeyBundle& b) { b.keys_per_epoch = 3; }));
    CHECK(refused_after(good, [](PrekeyBundle& b) { b.first_epoch = EpochDay(UINT32_MAX); }));
    CHECK(refused_after(good, [](PrekeyBundle& b) {
        b.epochs = 61;
        b.keys.resize(61);
    }));
    CHECK(refused_after(good, [](PrekeyBundle& b) {
        b.epochs = 0;
        b.keys.clear();
    }));
    CHECK(refused_after(good, [](PrekeyBundle& b) { b.keys.pop_back(); }));
}

TEST_CASE("a bundle opens only under its device's signature and with usable keys") {
    RecordFixture centre;
    NewBundle made = make_bundle(plan_of(centre), centre.random);
    SignedRecord record{RecordType::Bundle, made.bundle.encode(), {}};
    record.sign(centre.device_key);
    CHECK(open_bundle(record, centre.device_key.public_key()).value() == made.bundle);
    CHECK(open_bundle(record, centre.signers.roots[0].public_key()).error().code ==
          Errc::CertificateNotSigned);
    made.bundle.keys[1] = PublicKey{};
    SignedRecord weak{RecordType::Bundle, made.bundle.encode(), {}};
    weak.sign(centre.device_key);
    CHECK(open_bundle(weak, centre.device_key.public_key()).error().code == Errc::KeyInvalid);
}

TEST_CASE("a destroyed epoch has no secret left, in memory or in its stored form") {
    RecordFixture centre;
    EpochSecret secret = EpochSecret::generate(key_id_of(1, EpochDay(2)), 2, centre.random);
    const SecretBuffer stored = secret.encode();
    const Result<EpochSecret> again = EpochSecret::decode(stored.expose());
    REQUIRE(again);
    CHECK(equal(again->secret(1)->expose(), secret.secret(1)->expose()));
    CHECK_FALSE(EpochSecret::decode(stored.expose().first(stored.size() - 1)));
    secret.destroy();
    CHECK(secret.destroyed());
    CHECK(secret.secret(0) == nullptr);
    CHECK(secret.encode().size() == 9);
    CHECK(EpochSecret::decode(secret.encode().expose())->destroyed());
}

}  // namespace chapar::testing
