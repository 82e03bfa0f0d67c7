#include "client/cli/records/key_requests.h"

#include "tests/unit/client_ceremony/persons.h"

namespace chapar::testing {

using client::Grant;
using client::grant_request;
using client::RequestPurpose;
using crypto::RecordType;

TEST_CASE("a first request becomes an office and a device that is valid since yesterday") {
    Persons persons;
    Grant grant;
    grant.new_office = "TJ";
    grant.roles = crypto::office_role::kLiaison | crypto::office_role::kSupervisor;
    const auto ask = persons.ask();
    const auto records = must(grant_request(ask, grant, {}, kNow));
    REQUIRE(records.size() == 2);
    const auto office = must(crypto::OfficeRecord::decode(records[0].body));
    CHECK(office.country.text() == "TJ");
    CHECK(office.roles == 5);
    CHECK(office.previous.is_zero());
    const auto device = must(crypto::DeviceRecord::decode(records[1].body));
    CHECK(device.request == ask.request);
    CHECK(device.serial == 1);
    CHECK(device.previous.is_zero());
    CHECK(device.validity.from.value == kNow.value - kDay.value);
    CHECK(device.validity.to == device.validity.from + limits::kCertificateValidity);
}

TEST_CASE("a recovery is a new certificate that names the old one, and the end of the old one") {
    Persons persons;
    Grant grant;
    grant.reason = crypto::RevokeReason::Lost;
    grant.since = TimeMs(kNow.value - kHour.value);
    const auto records =
        must(grant_request(persons.ask(RequestPurpose::Recover, some_hash(6)), grant, {}, kNow));
    REQUIRE(records.size() == 2);
    CHECK(must(crypto::DeviceRecord::decode(records[0].body)).previous == some_hash(6));
    // Fails if a recovery does not prepare the revocation.
    REQUIRE(records[1].type == RecordType::Revoke);
    const auto revoke = must(crypto::RevokeRecord::decode(records[1].body));
    CHECK(revoke.certificate.bytes == some_hash(6).bytes);
    CHECK(revoke.reason == crypto::RevokeReason::Lost);
    CHECK(revoke.compromised_since == grant.since);
    CHECK(must(grant_request(persons.ask(RequestPurpose::Renew, some_hash(6)), grant, {}, kNow))
              .size() == 1);
}

TEST_CASE("serials count the certificates of an office; its second record follows the first") {
    Persons persons;
    Grant grant;
    grant.new_office = "TJ";
    const auto first = must(grant_request(persons.ask(), grant, {}, kNow));
    const auto second = must(grant_request(persons.ask(), grant, first, kNow));
    CHECK(must(crypto::OfficeRecord::decode(second[0].body)).previous == first[0].hash());
    CHECK(must(crypto::DeviceRecord::decode(second[1].body)).serial == 2);
}

// Fails if previous_of_same_office() is not asked.
TEST_CASE("a request that names another office's certificate is refused") {
    Persons persons;
    const auto first = must(grant_request(persons.ask(), {}, {}, kNow));
    auto ask = persons.ask(RequestPurpose::Recover, first[0].hash());
    CHECK(grant_request(ask, {}, first, kNow).has_value());
    const auto key = crypto::SigningKey::generate(persons.random);
    crypto::DeviceRequest request = ask.request.request;
    request.office = OfficeId::parse("TJ-DST-BLO").value();
    request.sign_key = key.public_key();
    ask.request = crypto::SignedRequest::make(request, key);
    CHECK(error_of(grant_request(ask, {}, first, kNow)) == Errc::FieldInvalid);
}

TEST_CASE("a validity that no certificate may have is refused before anyone signs") {
    Persons persons;
    Grant grant;
    for (const std::uint64_t days : {0, 1, 367, 100000}) {
        grant.days = days;
        CHECK(error_of(grant_request(persons.ask(), grant, {}, kNow)) == Errc::FieldInvalid);
    }
    grant.days = 366;
    grant.new_office = "Tajikistan";
    CHECK_FALSE(grant_request(persons.ask(), grant, {}, kNow).has_value());
}

TEST_CASE("policies and peers count their versions and name the one before") {
    const AgencyId agency = agency_id();
    std::vector<crypto::SignedRecord> kept;
    for (std::uint32_t version = 1; version <= 3; ++version) {
        const auto record = must(client::draft_policy(agency, {}, std::nullopt, kept));
        const auto policy = must(crypto::PolicyRecord::decode(record.body));
        CHECK(policy.version == version);
        CHECK(policy.previous.bytes == (kept.empty() ? Hash{} : kept.back().hash()).bytes);
        kept.push_back(record);
    }
    // After a draft that came to nothing: version 3 again, over version 2.
    const auto again = must(client::draft_policy(agency, {}, 3U, kept));
    const auto policy = must(crypto::PolicyRecord::decode(again.body));
    CHECK(policy.version == 3);
    CHECK(policy.previous.bytes == kept[1].hash().bytes);
    CHECK(error_of(client::draft_policy(agency, {}, 5U, kept)) == Errc::RecordSequence);
    CHECK(error_of(client::draft_policy(agency, {}, 0U, kept)) == Errc::RecordSequence);
    // Another agency's records do not count.
    const auto other = must(client::draft_policy(agency_id("AF-CNP"), {}, std::nullopt, kept));
    CHECK(must(crypto::PolicyRecord::decode(other.body)).version == 1);
}

TEST_CASE("peers are added, replaced and removed; who is not there is not removed") {
    Persons persons, others;
    const AgencyId own = agency_id("AF-CNP");
    client::PeersChange add{{*persons.agency.roots}, {}};
    std::vector<crypto::SignedRecord> kept{must(client::draft_peers(own, add, std::nullopt, {}))};
    CHECK(must(client::newest_peers(own, kept)).peers.size() == 1);
    client::AgencyRoots changed = *persons.agency.roots;
    changed.threshold = 1;
    kept.push_back(must(client::draft_peers(own, {{changed}, {}}, std::nullopt, kept)));
    const auto replaced = must(client::newest_peers(own, kept));
    CHECK(replaced.version == 2);
    REQUIRE(replaced.peers.size() == 1);
    CHECK(replaced.peers[0] == changed);
    kept.push_back(must(client::draft_peers(own, {{}, {agency_id()}}, std::nullopt, kept)));
    CHECK(must(client::newest_peers(own, kept)).peers.empty());
    CHECK(error_of(client::draft_peers(own, {{}, {agency_id()}}, std::nullopt, kept)) ==
          Errc::FieldInvalid);
    // Its own roots do not belong there.
    CHECK_FALSE(client::draft_peers(agency_id(), add, std::nullopt, {}).has_value());
}

TEST_CASE("an agency's record is made of root keys, registrars of registrars' keys, none twice") {
    Persons persons;
    auto plan = persons.plan();
    plan.roots[1] = persons.registrar_cards()[0];
    CHECK(error_of(client::draft_agency(plan, kNow)) == Errc::FieldInvalid);
    plan = persons.plan();
    plan.roots[1] = plan.roots[0];
    CHECK(error_of(client::draft_agency(plan, kNow)) == Errc::FieldInvalid);
    plan = persons.plan();
    plan.threshold = 4;
    CHECK(error_of(client::draft_agency(plan, kNow)) == Errc::FieldInvalid);
    plan.threshold = 0;
    CHECK(error_of(client::draft_agency(plan, kNow)) == Errc::FieldInvalid);
    plan = persons.plan();
    plan.audit = persons.registrar_cards()[0];
    CHECK(error_of(client::draft_agency(plan, kNow)) == Errc::FieldInvalid);

    // One person alone is never enough among registrars.
    const auto cards = persons.registrar_cards();
    CHECK(error_of(client::draft_registrars({*persons.agency.roots, cards, 1, std::nullopt},
                                            kNow)) == Errc::FieldInvalid);
    CHECK(error_of(client::draft_registrars(
              {*persons.agency.roots, {cards[0], cards[0]}, 2, std::nullopt}, kNow)) ==
          Errc::FieldInvalid);
}

TEST_CASE("a slip may be used from yesterday to its end") {
    const auto slip =
        client::draft_suspension(agency_id(), CertificateHash{some_hash(2).bytes}, 1, 77, kNow);
    const auto record = must(crypto::SuspendRecord::decode(slip.body));
    CHECK(record.validity.holds(kNow));
    CHECK(record.validity.holds(TimeMs(kNow.value + kDay.value - 1)));
    CHECK_FALSE(record.validity.holds(kNow + kDay));
    CHECK(record.slip == 77);
}

}  // namespace chapar::testing
