// An agency for tests: its roots, its registrars, and records of every type that they sign.
//
// Owns: the keys, and the newest AGENCY and REGISTRARS records. Public data; change `record` or
// `registrars` and sign again to make what a test needs. Does not know any store or fold.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/peers.h"
#include "crypto/policy_record.h"
#include "crypto/registrars.h"
#include "crypto/suspension.h"
#include "crypto/x25519.h"

namespace chapar::testing {

struct AgencyPlan {
    std::size_t roots = 3;
    std::uint8_t root_threshold = 2;
    std::size_t registrars = 2;
    std::uint8_t registrar_threshold = 2;
};

class AgencySigners {
  public:
    AgencySigners(std::string_view name, crypto::Validity validity, crypto::Random& random,
                  AgencyPlan plan = {})
        : audit(crypto::generate_key_pair(random)),
          record{AgencyId::parse(name).value(), plan.root_threshold, {}, {}, validity, {}},
          registrars{record.agency, plan.registrar_threshold, {}, validity, {}} {
        record.audit_key = audit.public_key;
        registrars.validity.to = std::min(validity.to, validity.from + limits::kRegistrarsValidity);
        for (std::size_t i = 0; i < plan.roots; ++i) {
            roots.push_back(crypto::SigningKey::generate(random));
            record.roots.push_back(roots.back().public_key());
        }
        for (std::size_t i = 0; i < plan.registrars; ++i) {
            registrar_keys.push_back(crypto::SigningKey::generate(random));
            registrars.registrars.push_back(
                {registrar_keys.back().public_key(), "registrar-" + std::to_string(i + 1)});
        }
    }

    [[nodiscard]] const AgencyId& id() const { return record.agency; }

    // By the centre root alone: the first version.
    [[nodiscard]] crypto::SignedRecord agency_record(const crypto::SigningKey& centre_root) const {
        crypto::SignedRecord out{crypto::RecordType::Agency, record.encode(), {}};
        out.sign(centre_root);
        return out;
    }
    [[nodiscard]] crypto::SignedRecord registrars_record() const {
        return by_roots(crypto::RecordType::Registrars, registrars);
    }
    // By the first `count` roots (0: as many as must).
    template <typename Body>
    [[nodiscard]] crypto::SignedRecord by_roots(crypto::RecordType type, const Body& body,
                                                std::size_t count = 0) const {
        return signed_by(roots, type, body, count == 0 ? record.threshold : count);
    }
    // By the first `count` registrars (0: as many as must).
    template <typename Body>
    [[nodiscard]] crypto::SignedRecord by_registrars(crypto::RecordType type, const Body& body,
                                                     std::size_t count = 0) const {
        return signed_by(registrar_keys, type, body, count == 0 ? registrars.threshold : count);
    }

    [[nodiscard]] crypto::SignedRecord office(const crypto::OfficeRecord& body) const {
        return by_registrars(crypto::RecordType::Office, body);
    }
    [[nodiscard]] crypto::SignedRecord device(const crypto::DeviceRecord& body) const {
        return by_registrars(crypto::RecordType::Device, body);
    }
    [[nodiscard]] crypto::SignedRecord revoke(
        const CertificateHash& certificate,
        crypto::RevokeReason reason = crypto::RevokeReason::Lost, TimeMs since = {}) const {
        return by_registrars(crypto::RecordType::Revoke,
                             crypto::RevokeRecord{id(), certificate, reason, since});
    }
    [[nodiscard]] crypto::SignedRecord policy(const crypto::PolicyRecord& body) const {
        return by_registrars(crypto::RecordType::Policy, body);
    }
    // Says of each of `others` what its record says.
    [[nodiscard]] crypto::SignedRecord peers(const std::vector<const crypto::AgencyRecord*>& others,
                                             std::uint32_t version = 1,
                                             const Hash& previous = {}) const {
        crypto::PeersRecord body{id(), version, previous, {}};
        for (const crypto::AgencyRecord* other : others) {
            body.peers.push_back(crypto::PeerRoots::of(*other));
        }
        std::ranges::sort(body.peers, {}, &crypto::PeerRoots::agency);
        return by_registrars(crypto::RecordType::Peers, body);
    }
    [[nodiscard]] crypto::SignedRecord suspend(const CertificateHash& certificate,
                                               crypto::Validity when,
                                               std::uint64_t slip = 1) const {
        return by_registrars(crypto::RecordType::Suspend,
                             crypto::SuspendRecord{id(), certificate, when, slip});
    }
    [[nodiscard]] crypto::SignedRecord reinstate(const CertificateHash& certificate,
                                                 const Hash& suspension) const {
        return by_registrars(crypto::RecordType::Reinstate,
                             crypto::ReinstateRecord{id(), certificate, suspension});
    }

    crypto::KeyPair audit;
    std::vector<crypto::SigningKey> roots;
    std::vector<crypto::SigningKey> registrar_keys;
    crypto::AgencyRecord record;
    crypto::RegistrarsRecord registrars;

  private:
    template <typename Body>
    [[nodiscard]] static crypto::SignedRecord signed_by(const std::vector<crypto::SigningKey>& keys,
                                                        crypto::RecordType type, const Body& body,
                                                        std::size_t count) {
        crypto::SignedRecord out{type, body.encode(), {}};
        for (std::size_t i = 0; i < count; ++i) out.sign(keys.at(i));
        return out;
    }
};

}  // namespace chapar::testing
