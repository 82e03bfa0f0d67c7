#include <doctest/doctest.h>

#include "crypto/x25519.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

// Two agencies with an office and a device each. Records are signed by whom the test says.
struct Registry {
    World world{StoreKind::Memory, 12};

    Registry() {
        for (const char* agency : {"TJ-DCA", "AF-CNP"}) world.agency(agency);
        world.office("TJ-BLO", "TJ-DCA", "TJ", crypto::office_role::kLiaison);
        world.office("AF-BLO", "AF-CNP", "AF", crypto::office_role::kLiaison);
        world.device("tj", "TJ-BLO");
        world.device("af", "AF-BLO");
    }
    [[nodiscard]] const TestAgency& tj() const { return world.agency_named("TJ-DCA"); }
    [[nodiscard]] const TestAgency& af() const { return world.agency_named("AF-CNP"); }

    broker::Outcome put(crypto::RecordType type, const Bytes& body,
                        const std::vector<const crypto::SigningKey*>& signers) {
        crypto::SignedRecord record{type, body, {}};
        for (const auto* signer : signers) record.sign(*signer);
        return world.put(record);
    }
    // By both registrars.
    broker::Outcome put(crypto::RecordType type, const Bytes& body, const TestAgency& agency) {
        const auto& keys = agency.signers.registrar_keys;
        return put(type, body, {&keys[0], &keys[1]});
    }
    // Refused, without an entry.
    template <typename Signers>
    void refuses(crypto::RecordType type, const Bytes& body, const Signers& signers, Errc code) {
        const auto outcome = put(type, body, signers);
        CHECK(outcome.code == code);
        CHECK(outcome.count == 0);
    }
    void refuses(crypto::RecordType type, const Bytes& body, const crypto::SigningKey& signer,
                 Errc code) {
        refuses(type, body, std::vector<const crypto::SigningKey*>{&signer}, code);
    }
    crypto::DeviceRecord device(const crypto::SigningKey& key, const CurveKey& curve) {
        const crypto::DeviceRequest request{AgencyId::parse("TJ-DCA").value(),
                                            OfficeId::parse("TJ-BLO").value(),
                                            "officer",
                                            "new",
                                            key.public_key(),
                                            curve,
                                            world.now};
        return {
            crypto::SignedRequest::make(request, key), {world.now, world.now + kDay}, 9, Hash{}};
    }
    CurveKey fresh_curve() {
        return CurveKey{crypto::x25519_public_key(crypto::Secret32::random(world.random)).bytes};
    }
};

TEST_CASE("an office is the agency's that enrolled it, and its records follow one another") {
    Registry registry;
    crypto::OfficeRecord office{AgencyId::parse("TJ-DCA").value(),
                                OfficeId::parse("TJ-NEW").value(),
                                crypto::CountryCode::parse("TJ").value(),
                                crypto::office_role::kLiaison,
                                {registry.world.now, registry.world.now + kDay},
                                Hash{}};
    using crypto::RecordType;
    registry.refuses(RecordType::Office, office.encode(), registry.af(),
                     Errc::CertificateNotSigned);
    const auto first = registry.put(RecordType::Office, office.encode(), registry.tj());
    CHECK_FALSE(first.code);
    const auto again = registry.put(RecordType::Office, office.encode(), registry.tj());
    CHECK(again.freshness == broker::Freshness::Duplicate);
    CHECK(again.first == first.first);
    auto next = office;
    next.roles = crypto::office_role::kAll;
    registry.refuses(RecordType::Office, next.encode(), registry.tj(), Errc::RecordSequence);
    next.previous = first.about;
    CHECK_FALSE(registry.put(RecordType::Office, next.encode(), registry.tj()).code);
    auto taken = office;
    taken.agency = AgencyId::parse("AF-CNP").value();
    registry.refuses(RecordType::Office, taken.encode(), registry.af(), Errc::RecordRefused);
}

// Fails if decide_device does not ask keys_are_new.
// Fails without the question for the owner in decide_agency.
TEST_CASE("an audit key that is or was one agency's is never another's") {
    Registry registry;
    const AgencySigners& own = registry.tj().signers;
    AgencySigners made_up("ZZ-TOP", own.record.validity, registry.world.random);
    made_up.record.audit_key = own.record.audit_key;
    const auto refused = [&] {
        return registry.world.put(made_up.agency_record(registry.world.centre_root())).code;
    };
    CHECK(refused() == Errc::RecordRefused);
    // Also when the agency has another one by now.
    crypto::AgencyRecord changed = own.record;
    changed.previous = own.agency_record(registry.world.centre_root()).hash();
    changed.audit_key = crypto::generate_key_pair(registry.world.random).public_key;
    crypto::SignedRecord next{crypto::RecordType::Agency, changed.encode(), {}};
    next.sign(registry.world.centre_root());
    for (std::size_t i = 0; i < own.record.threshold; ++i) next.sign(own.roots[i]);
    CHECK_FALSE(registry.world.put(next).code);
    CHECK(refused() == Errc::RecordRefused);
    made_up.record.audit_key = crypto::generate_key_pair(registry.world.random).public_key;
    CHECK_FALSE(refused());
}

TEST_CASE("two certificates never share a CURVE key or an Ed25519 key, revoked ones included") {
    Registry registry;
    using crypto::RecordType;
    const auto fresh = crypto::SigningKey::generate(registry.world.random);
    const auto& enrolled = registry.world.device_named("af");
    const CurveKey curve = registry.world.find(enrolled.hash)->curve_key;
    registry.refuses(RecordType::Device, registry.device(fresh, curve).encode(), registry.tj(),
                     Errc::KeyReused);
    registry.refuses(RecordType::Device,
                     registry.device(enrolled.key, registry.fresh_curve()).encode(), registry.tj(),
                     Errc::KeyReused);
    // Not even after it was revoked, and not with its kinds swapped.
    registry.world.revoke("af");
    registry.refuses(RecordType::Device,
                     registry.device(enrolled.key, registry.fresh_curve()).encode(), registry.tj(),
                     Errc::KeyReused);
    registry.refuses(RecordType::Device,
                     registry.device(fresh, CurveKey{enrolled.key.public_key().bytes}).encode(),
                     registry.tj(), Errc::KeyReused);
    const auto record = registry.device(fresh, registry.fresh_curve());
    CHECK_FALSE(registry.put(RecordType::Device, record.encode(), registry.tj()).code);
}

// Fails if decide_device does not compare the office's agency, or the end.
TEST_CASE("a certificate for another agency's office, or one that is over, is refused") {
    Registry registry;
    using crypto::RecordType;
    const auto key = crypto::SigningKey::generate(registry.world.random);
    const auto record = registry.device(key, registry.fresh_curve());
    auto foreign = record.request.request;
    foreign.office = OfficeId::parse("AF-BLO").value();
    auto stolen = record;
    stolen.request = crypto::SignedRequest::make(foreign, key);
    registry.refuses(RecordType::Device, stolen.encode(), registry.tj(), Errc::RecordRefused);
    registry.world.now = record.validity.to;
    registry.refuses(RecordType::Device, record.encode(), registry.tj(), Errc::CertificateExpired);
}

// Fails if keys_are_new() compares with older certificates only.
TEST_CASE("one key is not both keys of a certificate") {
    Registry registry;
    const auto key = crypto::SigningKey::generate(registry.world.random);
    const auto record = registry.device(key, CurveKey{key.public_key().bytes});
    registry.refuses(crypto::RecordType::Device, record.encode(), registry.tj(), Errc::KeyReused);
}

TEST_CASE("a revocation is the device's own agency's, and is final") {
    Registry registry;
    using crypto::RecordType;
    const CertificateHash device = registry.world.device_named("tj").hash;
    crypto::RevokeRecord revoke{AgencyId::parse("AF-CNP").value(), device,
                                crypto::RevokeReason::Lost, TimeMs(0)};
    registry.refuses(RecordType::Revoke, revoke.encode(), registry.af(), Errc::RecordRefused);
    const auto outcome = registry.world.revoke("tj");
    REQUIRE(outcome.effects.ended.size() == 1);
    CHECK(outcome.effects.ended.front() == device);
    revoke.agency = AgencyId::parse("TJ-DCA").value();
    registry.refuses(RecordType::Revoke, revoke.encode(), registry.tj(), Errc::AlreadyExists);
    // A revoked device publishes nothing.
    auto bundle = registry.world.device_named("tj").bundle;
    bundle.sequence = 2;
    bundle.previous = registry.world.device_named("tj").bundle_hash;
    registry.refuses(RecordType::Bundle, bundle.encode(), registry.world.device_named("tj").key,
                     Errc::CertificateRevoked);
}

// Fails if decide_bundle leaves out any one of its checks.
TEST_CASE(
    "a rogue ladder is refused: by another device, out of its turn, over, or from a forked past") {
    Registry registry;
    using crypto::RecordType;
    const auto& tj = registry.world.device_named("tj");
    const auto& af = registry.world.device_named("af");
    auto good = tj.bundle;
    good.sequence = 2;
    good.previous = tj.bundle_hash;
    registry.refuses(RecordType::Bundle, good.encode(), af.key, Errc::CertificateNotSigned);
    registry.refuses(RecordType::Bundle, good.encode(), registry.tj(), Errc::CertificateNotSigned);
    auto unknown = good;
    unknown.certificate.bytes[0] ^= std::byte{1};
    registry.refuses(RecordType::Bundle, unknown.encode(), tj.key, Errc::CertificateUnknown);
    auto other = good;
    other.certificate = af.hash;
    registry.refuses(RecordType::Bundle, other.encode(), tj.key, Errc::CertificateNotSigned);
    auto again = good;
    again.sequence = 1;
    again.previous = Hash{};
    again.keys[0] = crypto::x25519_public_key(crypto::Secret32::random(registry.world.random));
    registry.refuses(RecordType::Bundle, again.encode(), tj.key, Errc::BundleSequence);
    auto forked = good;
    forked.previous.bytes[0] ^= std::byte{1};
    registry.refuses(RecordType::Bundle, forked.encode(), tj.key, Errc::BundleSequence);
    auto over = good;
    over.first_epoch = EpochDay(day_of(registry.world.now).value - over.epochs);
    registry.refuses(RecordType::Bundle, over.encode(), tj.key, Errc::BundleStale);
    auto two_keys = good;
    two_keys.keys_per_epoch = 2;
    two_keys.keys.insert(two_keys.keys.end(), good.keys.begin(), good.keys.end());
    registry.refuses(RecordType::Bundle, two_keys.encode(), tj.key, Errc::RecordRefused);
    CHECK_FALSE(registry.put(RecordType::Bundle, good.encode(), {&tj.key}).code);
    registry.refuses(RecordType::Bundle, forked.encode(), tj.key, Errc::BundleSequence);
}

TEST_CASE("bundles and policies follow one another without a gap") {
    Registry registry;
    using crypto::RecordType;
    const auto& tj = registry.world.device_named("tj");
    auto bundle = tj.bundle;
    bundle.sequence = 3;
    bundle.previous = tj.bundle_hash;
    registry.refuses(RecordType::Bundle, bundle.encode(), tj.key, Errc::BundleSequence);
    bundle.sequence = 2;
    bundle.previous = Hash{};
    registry.refuses(RecordType::Bundle, bundle.encode(), tj.key, Errc::BundleSequence);
    bundle.previous = tj.bundle_hash;
    CHECK_FALSE(registry.put(RecordType::Bundle, bundle.encode(), {&tj.key}).code);

    crypto::PolicyRecord policy{AgencyId::parse("TJ-DCA").value(), 2, PolicyHash{}, {}};
    registry.refuses(RecordType::Policy, policy.encode(), registry.tj(), Errc::RecordSequence);
    policy.version = 1;
    registry.refuses(RecordType::Policy, policy.encode(), registry.af(),
                     Errc::CertificateNotSigned);
    CHECK_FALSE(registry.put(RecordType::Policy, policy.encode(), registry.tj()).code);
}

TEST_CASE("a centre is founded once, and a ledger key opened once, for its readers only") {
    Registry registry;
    World& world = registry.world;
    CHECK(world.run(world.operations.front().body).code == Errc::AlreadyExists);
    const auto scope = crypto::LedgerKeyScope::bucket(
        AgencyId::parse("TJ-DCA").value(), AgencyId::parse("AF-CNP").value(),
        crypto::RetentionClass::Year, crypto::month_of(world.now));
    const auto seal = [&](const std::vector<PublicKey>& readers) {
        const auto secret = crypto::Secret32::random(world.random);
        return crypto::seal_ledger_key(scope, secret, readers, world.random).value().encode();
    };
    const PublicKey auditor = crypto::x25519_public_key(world.auditor);
    const PublicKey tj = registry.tj().record().audit_key;
    const PublicKey af = registry.af().record().audit_key;
    CHECK(world.run(broker::OpenKey{seal({auditor, tj})}).code == Errc::RecordRefused);
    CHECK(world.run(broker::OpenKey{seal({tj, af, auditor})}).code == Errc::RecordRefused);
    CHECK_FALSE(world.run(broker::OpenKey{seal({auditor, tj, af})}).code);
    CHECK(world.run(broker::OpenKey{seal({auditor, tj, af})}).freshness ==
          broker::Freshness::Duplicate);
}

}  // namespace
}  // namespace chapar::testing
