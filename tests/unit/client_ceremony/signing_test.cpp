#include "client/cli/records/signing.h"

#include "crypto/suspension.h"
#include "schemas/base/limits.h"
#include "tests/unit/client_ceremony/persons.h"

namespace chapar::testing {

using client::may_sign;
using client::sign_all;
using client::state_of;
using crypto::RecordType;
using crypto::SignedRecord;

namespace {

SignedRecord revocation() {
    return {RecordType::Revoke,
            crypto::RevokeRecord{
                agency_id(), CertificateHash{some_hash(3).bytes}, crypto::RevokeReason::Lost, {}}
                .encode(),
            {}};
}

// An AGENCY record that replaces theirs, without the last root.
client::CeremonyFile fewer_roots(Persons& persons) {
    auto plan = persons.plan();
    plan.roots.pop_back();
    plan.replaces = persons.agency.records[0];
    return must(client::draft_agency(plan, kNow));
}

}  // namespace

TEST_CASE("two different registrars complete a record, one of them twice does not") {
    Persons persons;
    const auto ground = persons.ground();
    std::vector<SignedRecord> records{revocation()};
    CHECK(must(state_of(records[0], ground)).missing == 2);
    must(sign_all(records, persons.registrars[0], ground));
    const auto half = must(state_of(records[0], ground));
    CHECK(half.missing == 1);
    CHECK(half.signed_by == std::vector<std::string>{"registrar heron"});
    // Fails if may_sign() does not look for this key among the signers.
    CHECK(error_of(sign_all(records, persons.registrars[0], ground)) == Errc::SignedAlready);
    CHECK(records[0].signatures.size() == 1);
    must(sign_all(records, persons.registrars[1], ground));
    CHECK(must(state_of(records[0], ground)).missing == 0);
    CHECK(crypto::open_revoke(records[0], *ground.registrars));
}

TEST_CASE("the same person is refused twice on every type of record") {
    Persons persons;
    const auto ground = persons.ground();
    const AgencyId agency = agency_id();
    const CertificateHash certificate{some_hash(3).bytes};
    const OfficeId office = OfficeId::parse("TJ-NPJ-BLO").value();
    std::vector<SignedRecord> records{
        {RecordType::Office,
         crypto::OfficeRecord{agency, office, {}, 1, {kNow, kNow + kDay}, {}}.encode(),
         {}},
        must(client::grant_request(persons.ask(), {}, {}, kNow))[0],
        revocation(),
        must(client::draft_policy(agency, {}, std::nullopt, {})),
        must(client::draft_peers(agency, {}, std::nullopt, {})),
        client::draft_suspension(agency, certificate, 30, 1, kNow),
        {RecordType::Reinstate,
         crypto::ReinstateRecord{agency, certificate, some_hash(4)}.encode(),
         {}}};
    for (const SignedRecord& record : records) {
        std::vector<SignedRecord> one{record};
        must(sign_all(one, persons.registrars[0], ground));
        CHECK(error_of(sign_all(one, persons.registrars[0], ground)) == Errc::SignedAlready);
        must(sign_all(one, persons.registrars[1], ground));
        CHECK(must(state_of(one[0], ground)).missing == 0);
    }
    std::vector<SignedRecord> appointment{persons.appointment.records[0]};
    CHECK(error_of(sign_all(appointment, persons.roots[0], ground)) == Errc::SignedAlready);
    std::vector<SignedRecord> agency_record{persons.agency.records[0]};
    CHECK(error_of(sign_all(agency_record, persons.centre, ground)) == Errc::SignedAlready);
}

TEST_CASE("a root does not sign for registrars, a registrar not for roots, a stranger nothing") {
    Persons persons;
    const auto ground = persons.ground();
    // Fails if a key is not looked up in the quorum of the record's type.
    CHECK(error_of(may_sign({revocation()}, persons.roots[0].public_key(), ground)) ==
          Errc::SignerRefused);
    SignedRecord appointment = persons.appointment.records[0];
    appointment.signatures.clear();
    CHECK(error_of(may_sign({appointment}, persons.registrars[0].public_key(), ground)) ==
          Errc::SignerRefused);
    CHECK(may_sign({appointment}, persons.roots[1].public_key(), ground));
    const auto stranger = crypto::SigningKey::generate(persons.random);
    CHECK(error_of(may_sign({revocation()}, stranger.public_key(), ground)) == Errc::SignerRefused);
}

TEST_CASE("another agency's record is not signed here") {
    Persons persons;
    const SignedRecord foreign{RecordType::Revoke,
                               crypto::RevokeRecord{agency_id("AF-CNP"),
                                                    CertificateHash{some_hash(3).bytes},
                                                    crypto::RevokeReason::Lost,
                                                    {}}
                                   .encode(),
                               {}};
    CHECK(error_of(may_sign({foreign}, persons.registrars[0].public_key(), persons.ground())) ==
          Errc::SignerRefused);
}

TEST_CASE("a wrong signature, or one of somebody else, in the file stops the next signer") {
    Persons persons;
    const auto ground = persons.ground();
    SignedRecord record = revocation();
    record.sign(persons.registrars[0]);
    record.signatures[0].signature.bytes[5] ^= std::byte{1};
    // Fails if state_of() does not verify what others have signed.
    CHECK(error_of(state_of(record, ground)) == Errc::SignatureInvalid);
    SignedRecord by_stranger = revocation();
    by_stranger.sign(crypto::SigningKey::generate(persons.random));
    CHECK(error_of(state_of(by_stranger, ground)) == Errc::SignerRefused);
}

TEST_CASE("a new set of roots needs the old roots and the centre") {
    Persons persons;
    client::CeremonyFile change = fewer_roots(persons);
    client::SigningGround ground = persons.ground();
    ground.context = change.context;
    CHECK(must(state_of(change.records[0], ground)).missing == 3);
    must(sign_all(change.records, persons.centre, ground));
    must(sign_all(change.records, persons.roots[0], ground));
    // Fails if the two quorums are counted together.
    CHECK(must(state_of(change.records[0], ground)).missing == 1);
    must(sign_all(change.records, persons.roots[2], ground));
    CHECK(must(state_of(change.records[0], ground)).missing == 0);
    const auto earlier = must(crypto::AgencyRecord::decode(persons.agency.records[0].body));
    CHECK(crypto::open_agency(change.records[0], persons.centre.public_key(), &earlier));
}

// Fails if the own signature becomes one more than a record can hold: it could not be written.
TEST_CASE("a record full of signatures of keys that the home does not know is signed no further") {
    Persons persons;
    client::CeremonyFile change = fewer_roots(persons);
    client::SigningGround ground = persons.ground();
    ground.context = change.context;
    ground.centre_root.reset();
    for (std::size_t i = 0; i + 1 < limits::kRecordSigners; ++i) {
        change.records[0].sign(crypto::SigningKey::generate(persons.random));
    }
    const auto last = persons.roots[0].public_key();
    CHECK(may_sign(change.records, last, ground));
    change.records[0].sign(crypto::SigningKey::generate(persons.random));
    CHECK(error_of(may_sign(change.records, last, ground)) == Errc::TooLarge);
    CHECK(error_of(sign_all(change.records, persons.roots[0], ground)) == Errc::TooLarge);
    CHECK(change.records[0].encode().size() > 0);
}

TEST_CASE("a file that names other registrars or roots than the home is refused") {
    Persons persons, others;
    client::Authority home{persons.agency.roots, persons.appointment.records[0]};
    client::CeremonyFile file;
    file.records = {revocation()};
    CHECK(client::ground_of(home, std::nullopt, file));
    file.roots = others.agency.roots;
    // Another run of the same names: other keys. Fails if the file is believed before the home.
    file.roots->roots.pop_back();
    CHECK(error_of(client::ground_of(home, std::nullopt, file)) == Errc::RecordRefused);
    file.roots.reset();
    SignedRecord shorter = persons.appointment.records[0];
    auto body = must(crypto::RegistrarsRecord::decode(shorter.body));
    body.validity.to = body.validity.to + kDay;
    file.context = {{RecordType::Registrars, body.encode(), {}}};
    CHECK(error_of(client::ground_of(home, std::nullopt, file)) == Errc::RecordRefused);
}

TEST_CASE("registrars whom the roots did not sign are no ground to sign on") {
    Persons persons;
    client::CeremonyFile file;
    file.records = {revocation()};
    file.roots = persons.agency.roots;
    file.context = {persons.appointment.records[0]};
    CHECK(client::ground_of({}, std::nullopt, file));
    file.context[0].signatures.pop_back();
    CHECK(error_of(client::ground_of({}, std::nullopt, file)) == Errc::CertificateNotSigned);
    CHECK(error_of(state_of(revocation(), {})) == Errc::NotFound);
}

}  // namespace chapar::testing
