#include <doctest/doctest.h>

#include "crypto/record.h"
#include "schemas/base/limits.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {
using namespace crypto;
}

TEST_CASE("a signed record comes back from its bytes, and from no other bytes") {
    const RecordFixture centre;
    const SignedRecord record = centre.by_registrars(RecordType::Office, centre.office());
    CHECK(layout_is_strict(record));
}

// Fails if decode() does not ask for the size.
TEST_CASE("a signed record too large for a ledger entry is refused") {
    const SignedRecord record{RecordType::Policy, Bytes(limits::kRecordBytes), {}};
    CHECK(SignedRecord::decode(record.encode()).error().code == Errc::TooLarge);
}

// Fails if decode() does not look at the order of the signers.
TEST_CASE("signers out of order or twice are not a record") {
    const RecordFixture centre;
    SignedRecord record = centre.by_registrars(RecordType::Office, centre.office());
    std::swap(record.signatures[0], record.signatures[1]);
    CHECK(SignedRecord::decode(record.encode()).error().code == Errc::MalformedLayout);
    record.signatures[1] = record.signatures[0];
    CHECK(SignedRecord::decode(record.encode()).error().code == Errc::MalformedLayout);
}

// Fails if sign() only appends.
TEST_CASE("signing twice with one key leaves one signature") {
    const RecordFixture centre;
    SignedRecord record = centre.by_registrars(RecordType::Office, centre.office());
    record.sign(centre.signers.registrar_keys[1]);
    CHECK(record.signatures.size() == 2);
}

// Fails if check_signed_by() counts signatures and not signers, or forgets the threshold.
TEST_CASE("two of three registrars are enough, one is not, and one twice is not two") {
    const RecordFixture centre;
    const RegistrarsRecord& registrars = centre.registrars();
    CHECK(open_office(centre.by_registrars(RecordType::Office, centre.office(), 2), registrars));
    CHECK(open_office(centre.by_registrars(RecordType::Office, centre.office(), 3), registrars));
    SignedRecord record = centre.by_registrars(RecordType::Office, centre.office(), 1);
    CHECK(open_office(record, registrars).error().code == Errc::CertificateNotSigned);
    record.signatures.push_back(record.signatures.front());
    CHECK(open_office(record, registrars).error().code == Errc::CertificateNotSigned);
}

// Fails if check_signed_by() does not look for the signer among the keys.
TEST_CASE("a signature of someone else is refused even beside enough good ones") {
    RecordFixture centre;
    SignedRecord record = centre.by_registrars(RecordType::Office, centre.office(), 1);
    record.sign(centre.centre_root);
    CHECK(open_office(record, centre.registrars()).error().code == Errc::CertificateNotSigned);
    record.sign(centre.signers.registrar_keys[1]);
    CHECK(open_office(record, centre.registrars()).error().code == Errc::CertificateNotSigned);
}

// Fails if signatures are not verified, or if the type is left out of the label.
TEST_CASE("a signature over another body or for another type is refused") {
    const RecordFixture centre;
    SignedRecord record = centre.by_registrars(RecordType::Office, centre.office());
    OfficeRecord other = centre.office();
    other.roles = office_role::kAll;
    record.body = other.encode();
    CHECK(open_office(record, centre.registrars()).error().code == Errc::SignatureInvalid);
    const Bytes body = centre.office().encode();
    CHECK(record_hash(RecordType::Office, body) != record_hash(RecordType::Agency, body));
    SignedRecord wrong_type = centre.by_registrars(RecordType::Agency, centre.office());
    wrong_type.type = RecordType::Office;
    CHECK(open_office(wrong_type, centre.registrars()).error().code == Errc::SignatureInvalid);
}

// Fails if signatures are not verified.
TEST_CASE("every bit of a signed record is under its signatures") {
    const RecordFixture centre;
    const RegistrarsRecord& registrars = centre.registrars();
    const Bytes bytes = centre.by_registrars(RecordType::Office, centre.office()).encode();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes flipped = bytes;
        flipped[i] ^= std::byte{0x10};
        const Result<SignedRecord> record = SignedRecord::decode(flipped);
        CAPTURE(i);
        CHECK_FALSE((record && open_office(*record, registrars)));
    }
}

}  // namespace chapar::testing
