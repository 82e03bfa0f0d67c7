// A small centre for record tests: keys, an agency with 2 of 3 roots and 2 of 3 registrars, an
// office, a device.
#pragma once

#include <string_view>
#include <vector>

#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/manifest.h"
#include "crypto/policy_record.h"
#include "support/fake_random.h"
#include "support/test_agency.h"

namespace chapar::testing {

inline AgencyId agency_id(std::string_view text) { return AgencyId::parse(text).value(); }
inline OfficeId office_id(std::string_view text) { return OfficeId::parse(text).value(); }

class RecordFixture {
  public:
    RecordFixture()
        : centre_root(crypto::SigningKey::generate(random)),
          centre_audit(crypto::generate_key_pair(random)),
          device_key(crypto::SigningKey::generate(random)),
          device_curve(crypto::generate_key_pair(random)),
          signers("TJ-DCA", validity, random, {3, 2, 3, 2}) {}

    [[nodiscard]] crypto::Manifest manifest() {
        crypto::Manifest out;
        out.origin = "chapar.caricc/ledger/1";
        out.ledger = LedgerNumber(1);
        out.log_key = signers.roots[0].public_key();
        out.curve_key = CurveKey{device_curve.public_key.bytes};
        out.centre_root = centre_root.public_key();
        out.centre_auditor = centre_audit.public_key;
        out.endpoints = {"tcp://127.0.0.1:7000", "tcp://[::1]:7000"};
        return out;
    }
    [[nodiscard]] crypto::AgencyRecord agency() const { return signers.record; }
    [[nodiscard]] const crypto::RegistrarsRecord& registrars() const { return signers.registrars; }
    [[nodiscard]] crypto::OfficeRecord office() const {
        return {agency_id("TJ-DCA"),
                office_id("TJ-NPJ-BLO"),
                crypto::CountryCode::parse("TJ").value(),
                crypto::office_role::kLiaison,
                validity,
                {}};
    }
    [[nodiscard]] crypto::DeviceRequest request() const {
        return {
            agency_id("TJ-DCA"), office_id("TJ-NPJ-BLO"), "officer-7",
            "laptop 3",          device_key.public_key(), CurveKey{device_curve.public_key.bytes},
            TimeMs(900)};
    }
    [[nodiscard]] crypto::DeviceRecord device() const {
        return {crypto::SignedRequest::make(request(), device_key), validity, 17, {}};
    }
    [[nodiscard]] crypto::RevokeRecord revocation() const {
        return {agency_id("TJ-DCA"), crypto::certificate_hash(device().encode()),
                crypto::RevokeReason::Stolen, TimeMs(5000)};
    }
    [[nodiscard]] crypto::PolicyRecord policy() const {
        using namespace crypto;
        PolicyRule allow{"export.reports",
                         PolicyDirection::Export,
                         PolicyEffect::Permit,
                         {100, 101},
                         1,
                         {{PartyKind::Office, "TJ-NPJ-BLO"}},
                         {{PartyKind::Agency, "UZ-NCDC"}, {PartyKind::Country, "KZ"}}};
        PolicyRule deny{
            "import.nothing-secret", PolicyDirection::Import, PolicyEffect::Deny, {}, 3, {}, {}};
        return {agency_id("TJ-DCA"), 2, PolicyHash{{std::byte{7}}}, {allow, deny}};
    }

    // Signed by the first `count` registrars, or roots.
    template <typename Body>
    [[nodiscard]] crypto::SignedRecord by_registrars(crypto::RecordType type, const Body& body,
                                                     std::size_t count = 2) const {
        return signers.by_registrars(type, body, count);
    }
    template <typename Body>
    [[nodiscard]] crypto::SignedRecord by_roots(crypto::RecordType type, const Body& body,
                                                std::size_t count = 2) const {
        return signers.by_roots(type, body, count);
    }

    FakeRandom random{1};
    crypto::SigningKey centre_root;
    crypto::KeyPair centre_audit;
    crypto::SigningKey device_key;
    crypto::KeyPair device_curve;
    crypto::Validity validity{TimeMs(1000), TimeMs(1000 + 200 * kDay.value)};
    AgencySigners signers;
};

// Every truncation, a trailing byte, and every single flipped bit: `holds` must refuse the first
// two and say of each flip that it is either refused or read as another value.
template <typename Body>
bool layout_is_strict(const Body& body) {
    const Bytes bytes = body.encode();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        if (Body::decode(ByteView(bytes).first(size))) return false;
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    if (Body::decode(longer)) return false;
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        Bytes flipped = bytes;
        flipped[i / 8] ^= static_cast<std::byte>(1U << (i % 8));
        const Result<Body> other = Body::decode(flipped);
        if (other && (*other == body || other->encode() != flipped)) return false;
    }
    const Result<Body> again = Body::decode(bytes);
    return again && *again == body;
}

}  // namespace chapar::testing
