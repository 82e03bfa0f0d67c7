// The people of a small agency, in memory: three root-key holders, two registrars, a device.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "client/cli/records/key_requests.h"
#include "client/cli/records/signing.h"
#include "client/edge/ceremony_file.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {

constexpr TimeMs kNow{1'795'000'000'000};

inline AgencyId agency_id(std::string_view name = "TJ-DCA") {
    return AgencyId::parse(name).value();
}

struct Persons {
    Persons() {
        for (int i = 0; i < 3; ++i) roots.push_back(crypto::SigningKey::generate(random));
        for (int i = 0; i < 2; ++i) registrars.push_back(crypto::SigningKey::generate(random));
        agency = must(client::draft_agency(plan(), kNow));
        agency.records[0].sign(centre);
        appointment = must(
            client::draft_registrars({*agency.roots, registrar_cards(), 2, std::nullopt}, kNow));
        appointment.records[0].sign(roots[0]);
        appointment.records[0].sign(roots[2]);
    }

    [[nodiscard]] client::AgencyPlan plan() {
        client::AgencyPlan out{agency_id(), {}, 2, audit_card(), std::nullopt};
        for (const crypto::SigningKey& key : roots) {
            out.roots.push_back(client::KeyCard::make(client::KeyRole::Root, "root", key));
        }
        return out;
    }
    [[nodiscard]] client::KeyCard audit_card() {
        const auto pair = crypto::generate_key_pair(random);
        return client::KeyCard::make_audit("owl", pair.public_key);
    }
    [[nodiscard]] std::vector<client::KeyCard> registrar_cards() const {
        return {client::KeyCard::make(client::KeyRole::Registrar, "heron", registrars[0]),
                client::KeyCard::make(client::KeyRole::Registrar, "stork", registrars[1])};
    }
    [[nodiscard]] client::DeviceAsk ask(
        client::RequestPurpose purpose = client::RequestPurpose::New, const Hash& previous = {},
        std::string_view agency_name = "TJ-DCA") {
        const auto key = crypto::SigningKey::generate(random);
        const auto curve = crypto::generate_key_pair(random);
        crypto::DeviceRequest request{
            agency_id(agency_name), OfficeId::parse("TJ-NPJ-BLO").value(), "falcon", "desk",
            key.public_key(),       CurveKey{curve.public_key.bytes},      kNow};
        return {purpose, previous, crypto::SignedRequest::make(std::move(request), key)};
    }
    // What a registrar's home of this agency knows.
    [[nodiscard]] client::SigningGround ground() const {
        client::SigningGround out;
        out.centre_root = centre.public_key();
        out.roots = agency.roots;
        out.registrars = must(crypto::RegistrarsRecord::decode(appointment.records[0].body));
        return out;
    }

    FakeRandom random{11};
    crypto::SigningKey centre = crypto::SigningKey::generate(random);
    std::vector<crypto::SigningKey> roots, registrars;
    client::CeremonyFile agency;       // signed by the centre
    client::CeremonyFile appointment;  // signed by roots 1 and 3
};

inline Hash some_hash(unsigned char byte) {
    Hash out;
    out.bytes.fill(std::byte{byte});
    return out;
}

}  // namespace chapar::testing
