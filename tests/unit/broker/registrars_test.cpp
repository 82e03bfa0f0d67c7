// Who signs the directory: roots, registrars, and what neither can do alone.
#include <doctest/doctest.h>

#include "broker/core/directory.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

using crypto::RecordType;

// Two agencies with an office and a device each.
struct Agencies {
    World world{StoreKind::Memory, 31};

    Agencies() {
        for (const char* agency : {"TJ-DCA", "AF-CNP"}) world.agency(agency);
        world.office("TJ-BLO", "TJ-DCA", "TJ", crypto::office_role::kLiaison);
        world.office("TJ-HQ", "TJ-DCA", "TJ", crypto::office_role::kLiaison);
        world.device("tj", "TJ-BLO");
    }
    [[nodiscard]] const AgencySigners& tj() const { return world.agency_named("TJ-DCA").signers; }
    [[nodiscard]] const AgencySigners& af() const { return world.agency_named("AF-CNP").signers; }

    void refuses(const crypto::SignedRecord& record, Errc code) {
        const auto outcome = world.put(record);
        CHECK(outcome.code == code);
        CHECK(outcome.count == 0);
    }
    void takes(const crypto::SignedRecord& record) {
        const auto outcome = world.put(record);
        CHECK_FALSE(outcome.code);
        CHECK(outcome.count == 1);
    }
    [[nodiscard]] crypto::PolicyRecord policy() const { return {tj().id(), 1, PolicyHash{}, {}}; }
    // The next REGISTRARS record of TJ-DCA: two other persons.
    struct Change {
        crypto::SigningKey first;
        crypto::SigningKey second;
        crypto::RegistrarsRecord record;
    };
    Change successors() {
        Change out{crypto::SigningKey::generate(world.random),
                   crypto::SigningKey::generate(world.random), tj().registrars};
        out.record.previous = tj().registrars_record().hash();
        out.record.registrars = {{out.first.public_key(), "nazarov"},
                                 {out.second.public_key(), "saidova"}};
        return out;
    }
    // A renewal of the device "tj".
    crypto::DeviceRecord renewal(const std::string& office, const CertificateHash& previous) {
        const auto key = crypto::SigningKey::generate(world.random);
        const CurveKey curve{
            crypto::x25519_public_key(crypto::Secret32::random(world.random)).bytes};
        const crypto::DeviceRequest request{tj().id(),        OfficeId::parse(office).value(),
                                            "officer",        "renewed",
                                            key.public_key(), curve,
                                            world.now};
        return {crypto::SignedRequest::make(request, key),
                {world.now, world.now + kDay},
                9,
                Hash{previous.bytes}};
    }
};

// Fails if the fold asks for one registrar, or for any two keys.
TEST_CASE("a policy signed by one registrar only is refused, and by two it stands") {
    Agencies agencies;
    const auto& body = agencies.policy();
    agencies.refuses(agencies.tj().by_registrars(RecordType::Policy, body, 1),
                     Errc::CertificateNotSigned);
    auto with_stranger = agencies.tj().by_registrars(RecordType::Policy, body, 1);
    with_stranger.sign(agencies.af().registrar_keys[0]);
    agencies.refuses(with_stranger, Errc::CertificateNotSigned);
    agencies.takes(agencies.tj().by_registrars(RecordType::Policy, body));
}

// Fails if records of agencies are still checked against the roots.
TEST_CASE("roots do not sign what is the registrars', nor registrars what is the roots'") {
    Agencies agencies;
    agencies.refuses(agencies.tj().by_roots(RecordType::Policy, agencies.policy(), 3),
                     Errc::CertificateNotSigned);
    const auto change = agencies.successors();
    agencies.refuses(agencies.tj().by_registrars(RecordType::Registrars, change.record),
                     Errc::CertificateNotSigned);
}

// Fails if registrars_in_force looks up another agency than the one that the record names.
TEST_CASE("the registrars of another agency sign nothing here, whatever the record") {
    Agencies agencies;
    const CertificateHash tj = agencies.world.device_named("tj").hash;
    const AgencyId& name = agencies.tj().id();
    const TimeMs now = agencies.world.now;
    const auto by_af = [&](RecordType type, const auto& body) {
        agencies.refuses(agencies.af().by_registrars(type, body), Errc::CertificateNotSigned);
    };
    by_af(RecordType::Policy, agencies.policy());
    by_af(RecordType::Peers, crypto::PeersRecord{name, 1, {}, {}});
    by_af(RecordType::Revoke,
          crypto::RevokeRecord{name, tj, crypto::RevokeReason::Lost, TimeMs(0)});
    by_af(RecordType::Suspend, crypto::SuspendRecord{name, tj, {now, now + kDay}, 1});
    by_af(RecordType::Device, agencies.renewal("TJ-BLO", tj));
    // Naming their own agency does not make a foreign certificate theirs.
    agencies.refuses(agencies.af().suspend(tj, {now, now + kDay}), Errc::RecordRefused);
    agencies.refuses(agencies.af().revoke(tj), Errc::RecordRefused);
}

// Fails if the fold lets the centre root replace an AGENCY record alone.
TEST_CASE("the centre cannot change an agency's roots: the old ones must sign") {
    Agencies agencies;
    AgencySigners thief("TJ-DCA", agencies.tj().record.validity, agencies.world.random);
    thief.record.previous = agencies.tj().agency_record(agencies.world.centre_root()).hash();
    auto record = thief.agency_record(agencies.world.centre_root());
    agencies.refuses(record, Errc::CertificateNotSigned);
    record.sign(agencies.tj().roots[0]);
    agencies.refuses(record, Errc::CertificateNotSigned);
    record.sign(agencies.tj().roots[2]);
    agencies.takes(record);
    // From now on the new roots name the registrars; the registrars that they find stay.
    const auto change = agencies.successors();
    agencies.refuses(agencies.tj().by_roots(RecordType::Registrars, change.record),
                     Errc::CertificateNotSigned);
    agencies.takes(agencies.tj().by_registrars(RecordType::Policy, agencies.policy()));
    agencies.takes(thief.by_roots(RecordType::Registrars, change.record));
}

// Fails if the fold accepts signatures of an older REGISTRARS record.
TEST_CASE("registrars who were replaced sign nothing any more, not even what they signed before") {
    Agencies agencies;
    const auto signed_before = agencies.tj().by_registrars(RecordType::Policy, agencies.policy());
    const auto change = agencies.successors();
    auto out_of_order = change.record;
    out_of_order.previous = Hash{};
    agencies.refuses(agencies.tj().by_roots(RecordType::Registrars, out_of_order),
                     Errc::RecordSequence);
    // Nor is anybody left without registrars by a record of a later time.
    auto later = change.record;
    later.validity.from = agencies.world.now + kHour;
    agencies.refuses(agencies.tj().by_roots(RecordType::Registrars, later),
                     Errc::CertificateExpired);
    agencies.takes(agencies.tj().by_roots(RecordType::Registrars, change.record));
    agencies.refuses(signed_before, Errc::CertificateNotSigned);
    crypto::SignedRecord by_new{RecordType::Policy, agencies.policy().encode(), {}};
    by_new.sign(change.first);
    by_new.sign(change.second);
    agencies.takes(by_new);
}

// Fails if registrars_in_force does not ask for the record's times.
TEST_CASE("registrars sign within their two years only") {
    Agencies agencies;
    const auto late = agencies.tj().by_registrars(RecordType::Policy, agencies.policy());
    agencies.world.now = agencies.tj().registrars.validity.to;
    agencies.refuses(late, Errc::CertificateExpired);
}

TEST_CASE("peers follow one another, and two registrars sign them") {
    Agencies agencies;
    const auto& af = agencies.af().record;
    const auto first = agencies.tj().peers({&af});
    agencies.refuses(agencies.tj().peers({&af}, 2), Errc::RecordSequence);
    auto half = first;
    half.signatures.pop_back();
    agencies.refuses(half, Errc::CertificateNotSigned);
    agencies.takes(first);
    CHECK(agencies.world.put(first).freshness == broker::Freshness::Duplicate);
    agencies.refuses(agencies.tj().peers({&af}, 2), Errc::RecordSequence);
    agencies.takes(agencies.tj().peers({}, 2, first.hash()));
    const auto kept = broker::read_peers(*agencies.world.read(), agencies.tj().id()).value();
    REQUIRE(kept);
    CHECK(kept->record.version == 2);
}

// Fails if check_predecessor asks for the agency only.
TEST_CASE("a renewed certificate replaces one of its own office and of no other") {
    Agencies agencies;
    const CertificateHash tj = agencies.world.device_named("tj").hash;
    agencies.refuses(agencies.tj().device(agencies.renewal("TJ-HQ", tj)), Errc::RecordSequence);
    agencies.refuses(agencies.tj().device(
                         agencies.renewal("TJ-BLO", CertificateHash{Hash{{std::byte{9}}}.bytes})),
                     Errc::RecordSequence);
    agencies.takes(agencies.tj().device(agencies.renewal("TJ-BLO", tj)));
    // The old one goes on until it is revoked or over.
    CHECK(broker::in_force(*agencies.world.read(), tj, agencies.world.now));
    // A revoked one can be replaced too: that is how a lost device gets a successor.
    agencies.world.revoke("tj");
    agencies.takes(agencies.tj().device(agencies.renewal("TJ-BLO", tj)));
}

}  // namespace
}  // namespace chapar::testing
