#include <doctest/doctest.h>

#include <set>

#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

template <typename Body, typename Change>
bool refused_after(Body body, Change change) {
    change(body);
    return !Body::decode(body.encode());
}

CertificateHash device_of(const RecordFixture& centre) {
    return certificate_hash(centre.device().encode());
}

PeersRecord peers_of(RecordFixture& centre) {
    const AgencySigners uz("UZ-NCDC", centre.validity, centre.random);
    const AgencySigners kz("KZ-CNB", centre.validity, centre.random, {1, 1, 2, 2});
    return {agency_id("TJ-DCA"), 1, {}, {PeerRoots::of(kz.record), PeerRoots::of(uz.record)}};
}

SuspendRecord suspension_of(const RecordFixture& centre) {
    return {agency_id("TJ-DCA"), device_of(centre), {TimeMs(2000), TimeMs(3000)}, 7};
}

}  // namespace

TEST_CASE("registrars, peers, suspension and reinstatement are strict layouts") {
    RecordFixture centre;
    CHECK(layout_is_strict(centre.registrars()));
    CHECK(layout_is_strict(peers_of(centre)));
    CHECK(layout_is_strict(PeersRecord{agency_id("TJ-DCA"), 1, {}, {}}));
    CHECK(layout_is_strict(suspension_of(centre)));
    CHECK(layout_is_strict(ReinstateRecord{agency_id("TJ-DCA"), device_of(centre), Hash{}}));
}

// Fails if open_registrars asks anybody but the roots.
TEST_CASE("registrars are named by two roots of their own agency, not by one, nor by themselves") {
    RecordFixture centre;
    const AgencyRecord agency = centre.agency();
    const auto& registrars = centre.registrars();
    CHECK(open_registrars(centre.signers.registrars_record(), agency).value() == registrars);
    const auto one = centre.by_roots(RecordType::Registrars, registrars, 1);
    CHECK(open_registrars(one, agency).error().code == Errc::CertificateNotSigned);
    const auto themselves = centre.by_registrars(RecordType::Registrars, registrars);
    CHECK(open_registrars(themselves, agency).error().code == Errc::CertificateNotSigned);
    const AgencySigners other("UZ-NCDC", centre.validity, centre.random);
    CHECK(open_registrars(other.registrars_record(), agency).error().code ==
          Errc::CertificateNotSigned);
    RegistrarsRecord no_point = registrars;
    no_point.registrars[0].key = SigningPublicKey{};
    CHECK(open_registrars(centre.by_roots(RecordType::Registrars, no_point), agency).error().code ==
          Errc::KeyInvalid);
}

TEST_CASE("one registrar alone never signs, and nobody is a registrar twice") {
    const RecordFixture centre;
    const RegistrarsRecord good = centre.registrars();
    using R = RegistrarsRecord;
    CHECK(refused_after(good, [](R& r) { r.threshold = 1; }));
    CHECK(refused_after(good, [](R& r) { r.threshold = 4; }));
    CHECK(refused_after(good, [](R& r) { r.registrars.resize(1); }));
    CHECK(refused_after(good, [](R& r) { r.registrars[1].key = r.registrars[0].key; }));
    CHECK(refused_after(good, [](R& r) { r.registrars[1].name = r.registrars[0].name; }));
    CHECK(refused_after(good, [](R& r) { r.registrars[1].name.clear(); }));
    CHECK(refused_after(good, [](R& r) { r.registrars[1].name = "two\nlines"; }));
    CHECK(refused_after(good, [](R& r) { r.validity.to = r.validity.from; }));
    CHECK(refused_after(good, [](R& r) {
        r.validity.to = TimeMs(r.validity.from.value + limits::kRegistrarsValidity.value + 1);
    }));
}

TEST_CASE("an agency's peers ascend, are others, and name roots that can sign") {
    RecordFixture centre;
    const PeersRecord good = peers_of(centre);
    CHECK(refused_after(good, [](PeersRecord& p) { std::swap(p.peers[0], p.peers[1]); }));
    CHECK(refused_after(good, [](PeersRecord& p) { p.peers[1] = p.peers[0]; }));
    CHECK(refused_after(good, [](PeersRecord& p) { p.peers[0].agency = p.agency; }));
    CHECK(refused_after(good, [](PeersRecord& p) { p.peers[1].threshold = 0; }));
    CHECK(refused_after(good, [](PeersRecord& p) { p.peers[1].threshold = 4; }));
    CHECK(refused_after(good, [](PeersRecord& p) { p.peers[1].roots.clear(); }));
    CHECK(refused_after(
        good, [](PeersRecord& p) { std::swap(p.peers[1].roots[0], p.peers[1].roots[1]); }));
    CHECK(refused_after(good, [](PeersRecord& p) { p.version = 0; }));
    const auto record = centre.by_registrars(RecordType::Peers, good);
    CHECK(open_peers(record, centre.registrars()).value() == good);
    CHECK_FALSE(open_peers(centre.by_registrars(RecordType::Peers, good, 1), centre.registrars()));
    PeersRecord bad = good;
    bad.peers[0].roots[0] = SigningPublicKey{};
    CHECK(open_peers(centre.by_registrars(RecordType::Peers, bad), centre.registrars())
              .error()
              .code == Errc::KeyInvalid);
}

TEST_CASE("peer roots agree with an agency whatever the order of its roots, and with no other") {
    RecordFixture centre;
    AgencyRecord agency = centre.agency();
    const PeerRoots roots = PeerRoots::of(agency);
    std::swap(agency.roots[0], agency.roots[2]);
    CHECK(roots.agrees_with(agency));
    agency.threshold = 1;
    CHECK_FALSE(roots.agrees_with(agency));
    agency = centre.agency();
    agency.roots.pop_back();
    CHECK_FALSE(roots.agrees_with(agency));
    CHECK(peers_of(centre).find(agency_id("UZ-NCDC")) != nullptr);
    CHECK(peers_of(centre).find(agency_id("TJ-DCA")) == nullptr);
}

// Fails if open_own_suspend does not compare the certificate, or open_suspend takes one signature.
TEST_CASE("a suspension is signed by two registrars, or by that very device alone") {
    RecordFixture centre;
    const SuspendRecord body = suspension_of(centre);
    const auto slip = centre.by_registrars(RecordType::Suspend, body);
    CHECK(open_suspend(slip, centre.registrars()).value() == body);
    const auto half = centre.by_registrars(RecordType::Suspend, body, 1);
    CHECK(open_suspend(half, centre.registrars()).error().code == Errc::CertificateNotSigned);
    SignedRecord own{RecordType::Suspend, body.encode(), {}};
    own.sign(centre.device_key);
    CHECK(is_signed_by_device(own, centre.device_key.public_key()));
    CHECK(open_own_suspend(own, centre.device()).value() == body);
    CHECK(open_suspend(own, centre.registrars()).error().code == Errc::CertificateNotSigned);
    DeviceRecord colleague = centre.device();
    colleague.serial = 18;
    CHECK(open_own_suspend(own, colleague).error().code == Errc::CertificateNotSigned);
    CHECK_FALSE(is_signed_by_device(slip, centre.device_key.public_key()));
}

TEST_CASE("a reinstatement is the registrars' and never the device's") {
    RecordFixture centre;
    const ReinstateRecord body{agency_id("TJ-DCA"), device_of(centre), Hash{{std::byte{3}}}};
    CHECK(open_reinstate(centre.by_registrars(RecordType::Reinstate, body), centre.registrars())
              .value() == body);
    SignedRecord own{RecordType::Reinstate, body.encode(), {}};
    own.sign(centre.device_key);
    CHECK(open_reinstate(own, centre.registrars()).error().code == Errc::CertificateNotSigned);
}

// Fails if two record types share a label.
TEST_CASE("no signature over one type of record counts for another") {
    const RecordFixture centre;
    const Bytes body = suspension_of(centre).encode();
    std::set<Hash> names;
    for (int type = 1; type <= 16; ++type) {
        names.insert(record_hash(static_cast<RecordType>(type), body));
    }
    CHECK(names.size() == 16);
    CHECK(SignedRecord::decode(SignedRecord{static_cast<RecordType>(17), body, {}}.encode())
              .has_value() == false);
}

}  // namespace chapar::testing
