#include <doctest/doctest.h>

#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

// The encoded body with one change, decoded again.
template <typename Body, typename Change>
bool refused_after(Body body, Change change) {
    change(body);
    return !Body::decode(body.encode());
}

}  // namespace

TEST_CASE("manifest, certificates, request and revocation are strict layouts") {
    RecordFixture centre;
    CHECK(layout_is_strict(centre.manifest()));
    CHECK(layout_is_strict(centre.agency()));
    CHECK(layout_is_strict(centre.office()));
    CHECK(layout_is_strict(centre.request()));
    CHECK(layout_is_strict(centre.device().request));
    CHECK(layout_is_strict(centre.device()));
    CHECK(layout_is_strict(centre.revocation()));
}

TEST_CASE("a manifest is signed by the centre root that it names") {
    RecordFixture centre;
    const SignedRecord record = sign_manifest(centre.manifest(), centre.centre_root);
    const Result<Manifest> manifest = open_manifest(record);
    REQUIRE(manifest);
    CHECK(*manifest == centre.manifest());
    CHECK(manifest->log_verifier()->name() == "chapar.caricc/ledger/1");
    CHECK(home_of(record.body).bytes == record.hash().bytes);
    CHECK(open_manifest(sign_manifest(centre.manifest(), centre.signers.roots[0])).error().code ==
          Errc::CertificateNotSigned);
}

TEST_CASE("a manifest without endpoint, with a bad origin or a key of low order is refused") {
    RecordFixture centre;
    CHECK(refused_after(centre.manifest(), [](Manifest& m) { m.endpoints.clear(); }));
    CHECK(refused_after(centre.manifest(), [](Manifest& m) { m.endpoints[0] = "a b"; }));
    CHECK(refused_after(centre.manifest(), [](Manifest& m) { m.origin = "two words"; }));
    CHECK(refused_after(centre.manifest(), [](Manifest& m) { m.origin.clear(); }));
    Manifest low = centre.manifest();
    low.centre_auditor = PublicKey{};
    CHECK(open_manifest(sign_manifest(low, centre.centre_root)).error().code == Errc::KeyInvalid);
}

TEST_CASE("an agency is signed in by the centre root and by nobody else") {
    const RecordFixture centre;
    SignedRecord record{RecordType::Agency, centre.agency().encode(), {}};
    CHECK(open_agency(record, centre.centre_root.public_key(), nullptr).error().code ==
          Errc::CertificateNotSigned);
    record.sign(centre.centre_root);
    CHECK(open_agency(record, centre.centre_root.public_key(), nullptr).value() == centre.agency());
    CHECK_FALSE(open_agency(centre.by_roots(RecordType::Agency, centre.agency()),
                            centre.centre_root.public_key(), nullptr));
}

TEST_CASE("an agency's thresholds, roots and validity must make sense") {
    const RecordFixture centre;
    const AgencyRecord good = centre.agency();
    CHECK(refused_after(good, [](AgencyRecord& a) { a.threshold = 0; }));
    CHECK(refused_after(good, [](AgencyRecord& a) { a.threshold = 4; }));
    CHECK(refused_after(good, [](AgencyRecord& a) { a.roots.clear(); }));
    CHECK(refused_after(good, [](AgencyRecord& a) { a.roots[2] = a.roots[0]; }));
    CHECK(refused_after(good, [](AgencyRecord& a) { a.roots.resize(17); }));
    CHECK(refused_after(good, [](AgencyRecord& a) { a.validity.to = a.validity.from; }));
    AgencyRecord low = good;
    low.audit_key = PublicKey{};
    SignedRecord record{RecordType::Agency, low.encode(), {}};
    record.sign(centre.centre_root);
    CHECK(open_agency(record, centre.centre_root.public_key(), nullptr).error().code ==
          Errc::KeyInvalid);
}

TEST_CASE("an office with an unknown role or a country that is none is refused") {
    const RecordFixture centre;
    CHECK(refused_after(centre.office(), [](OfficeRecord& o) { o.roles = 16; }));
    CHECK(refused_after(centre.office(), [](OfficeRecord& o) { o.country.letters[0] = 't'; }));
    CHECK(refused_after(centre.office(), [](OfficeRecord& o) { o.validity.to = TimeMs(1); }));
}

TEST_CASE("registrars speak for their own agency only") {
    const RecordFixture centre;
    OfficeRecord office = centre.office();
    office.agency = agency_id("UZ-NCDC");
    CHECK(open_office(centre.by_registrars(RecordType::Office, office), centre.registrars())
              .error()
              .code == Errc::CertificateNotSigned);
}

TEST_CASE("a device certificate opens, and its hash is its certificate hash") {
    const RecordFixture centre;
    const SignedRecord record = centre.by_registrars(RecordType::Device, centre.device());
    CHECK(open_device(record, centre.registrars()).value() == centre.device());
    CHECK(certificate_hash(record.body).bytes == record.hash().bytes);
    CHECK(agency_named_by(record).value() == agency_id("TJ-DCA"));
}

TEST_CASE("a request without a valid proof of possession is refused, whoever signed the rest") {
    const RecordFixture centre;
    CHECK(centre.device().request.check());
    DeviceRecord stolen = centre.device();
    stolen.request.request.officer = "officer-8";
    CHECK(stolen.request.check().error().code == Errc::SignatureInvalid);
    CHECK(open_device(centre.by_registrars(RecordType::Device, stolen), centre.registrars())
              .error()
              .code == Errc::SignatureInvalid);
    DeviceRecord foreign_key = centre.device();
    foreign_key.request.request.sign_key = centre.signers.roots[2].public_key();
    CHECK_FALSE(foreign_key.request.check());
    DeviceRecord no_point = centre.device();
    no_point.request.request.sign_key = SigningPublicKey{};
    CHECK(no_point.request.check().error().code == Errc::KeyInvalid);
}

TEST_CASE("a device certificate is valid for a year and a day at most") {
    const RecordFixture centre;
    DeviceRecord device = centre.device();
    device.validity.to = TimeMs(device.validity.from.value + limits::kCertificateValidity.value);
    CHECK(DeviceRecord::decode(device.encode()));
    device.validity.to = TimeMs(device.validity.to.value + 1);
    CHECK_FALSE(DeviceRecord::decode(device.encode()));
    device.validity = {TimeMs(2), TimeMs(1)};
    CHECK_FALSE(DeviceRecord::decode(device.encode()));
}

TEST_CASE("names of officers and devices are short, not empty, and without control characters") {
    const RecordFixture centre;
    const DeviceRequest good = centre.request();
    CHECK_FALSE(refused_after(good, [](DeviceRequest& r) { r.officer = "ҷонишин"; }));
    CHECK(refused_after(good, [](DeviceRequest& r) { r.officer.clear(); }));
    CHECK(refused_after(good, [](DeviceRequest& r) { r.officer = std::string(65, 'x'); }));
    CHECK(refused_after(good, [](DeviceRequest& r) { r.device = "two\nlines"; }));
    CHECK(refused_after(good, [](DeviceRequest& r) { r.device = "\xC0\xAF"; }));
}

// Fails if a name may turn the order of what is printed around it, or Persian is refused.
TEST_CASE("names refuse C1 and bidi characters and take Persian with its joiners") {
    const RecordFixture centre;
    const DeviceRequest good = centre.request();
    CHECK(refused_after(good, [](DeviceRequest& r) { r.officer = "a\u202Eb"; }));
    CHECK(refused_after(good, [](DeviceRequest& r) { r.device = "a\u2066b"; }));
    CHECK(refused_after(good, [](DeviceRequest& r) {
        r.officer =
            "a\xC2\x9B"
            "b";
    }));
    CHECK_FALSE(refused_after(good, [](DeviceRequest& r) { r.officer = "نمی\u200Cداند"; }));
}

TEST_CASE("a revocation names a reason of the list and is signed by two registrars") {
    const RecordFixture centre;
    CHECK(open_revoke(centre.by_registrars(RecordType::Revoke, centre.revocation()),
                      centre.registrars()));
    CHECK_FALSE(open_revoke(centre.by_registrars(RecordType::Revoke, centre.revocation(), 1),
                            centre.registrars()));
    CHECK(refused_after(centre.revocation(),
                        [](RevokeRecord& r) { r.reason = static_cast<RevokeReason>(6); }));
    CHECK(refused_after(centre.revocation(),
                        [](RevokeRecord& r) { r.reason = static_cast<RevokeReason>(0); }));
}

// Fails if open_agency does not ask the roots of the version before.
TEST_CASE("an agency's roots are not changed without its old roots, by the centre or anybody") {
    RecordFixture centre;
    const SigningPublicKey root = centre.centre_root.public_key();
    const AgencyRecord earlier = centre.agency();
    const AgencySigners thief("TJ-DCA", centre.validity, centre.random);
    AgencyRecord changed = thief.record;
    changed.previous = record_hash(RecordType::Agency, earlier.encode());
    SignedRecord record{RecordType::Agency, changed.encode(), {}};
    record.sign(centre.centre_root);
    CHECK(open_agency(record, root, &earlier).error().code == Errc::CertificateNotSigned);
    record.sign(centre.signers.roots[0]);
    CHECK(open_agency(record, root, &earlier).error().code == Errc::CertificateNotSigned);
    // The new roots have no say in it.
    SignedRecord by_new = record;
    by_new.sign(thief.roots[0]);
    CHECK(open_agency(by_new, root, &earlier).error().code == Errc::CertificateNotSigned);
    record.sign(centre.signers.roots[1]);
    CHECK(open_agency(record, root, &earlier).value() == changed);
    // The old roots alone are not the centre.
    const SignedRecord alone = centre.by_roots(RecordType::Agency, changed, 3);
    CHECK(open_agency(alone, root, &earlier).error().code == Errc::CertificateNotSigned);
}

// Fails if open_agency does not look for the centre root among the agency's.
TEST_CASE("the centre root cannot be an agency's root, where its signature would count twice") {
    const RecordFixture centre;
    AgencyRecord agency = centre.agency();
    agency.roots[2] = centre.centre_root.public_key();
    SignedRecord record{RecordType::Agency, agency.encode(), {}};
    record.sign(centre.centre_root);
    CHECK(open_agency(record, centre.centre_root.public_key(), nullptr).error().code ==
          Errc::KeyReused);
}

TEST_CASE("sixteen old roots and the centre root fit into one record") {
    RecordFixture centre;
    const AgencySigners many("TJ-DCA", centre.validity, centre.random, {16, 16, 2, 2});
    AgencyRecord changed = centre.agency();
    changed.previous = record_hash(RecordType::Agency, many.record.encode());
    SignedRecord record = many.by_roots(RecordType::Agency, changed, 16);
    record.sign(centre.centre_root);
    const auto again = SignedRecord::decode(record.encode());
    REQUIRE(again);
    CHECK(open_agency(*again, centre.centre_root.public_key(), &many.record));
}

TEST_CASE("a record of another version is not read") {
    const RecordFixture centre;
    Bytes body = centre.office().encode();
    body[0] = std::byte{2};
    CHECK(OfficeRecord::decode(body).error().code == Errc::VersionUnknown);
}

}  // namespace chapar::testing
