// Policies drawn at random over a small world of offices, so that rules meet and contradict.
#pragma once

#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/policy_record.h"
#include "tests/unit/properties/property.h"

namespace chapar::testing {

struct SmallOffice {
    const char* office;
    const char* agency;
    const char* country;
};
inline constexpr std::array<SmallOffice, 4> kOffices{{{"TJ-ONE", "TJ-DCA", "TJ"},
                                                      {"TJ-TWO", "TJ-DCA", "TJ"},
                                                      {"UZ-ONE", "UZ-NCDC", "UZ"},
                                                      {"KZ-ONE", "KZ-CAR", "KZ"}}};

inline AgencyId agency_of_policy(const std::string& name) { return AgencyId::parse(name).value(); }

inline crypto::PolicyParty drawn_party() {
    const SmallOffice& office = kOffices[drawn(0, kOffices.size() - 1)];
    switch (drawn(0, 2)) {
        case 0:
            return {crypto::PartyKind::Office, office.office};
        case 1:
            return {crypto::PartyKind::Agency, office.agency};
        default:
            return {crypto::PartyKind::Country, office.country};
    }
}

// Half of the lists are empty (anybody), or few rules would ever match.
inline std::vector<crypto::PolicyParty> drawn_parties() {
    if (drawn(0, 1) == 0) return {};
    std::set<crypto::PolicyParty> out;
    for (std::uint64_t n = drawn(0, 2); n > 0; --n) out.insert(drawn_party());
    return {out.begin(), out.end()};
}

inline crypto::PolicyRule drawn_rule(const std::string& id) {
    using namespace crypto;
    PolicyRule out;
    out.id = id;
    out.direction = static_cast<PolicyDirection>(drawn(1, 2));
    // Seven of eight permit, or nothing would ever be allowed.
    out.effect = drawn(0, 7) == 0 ? PolicyEffect::Deny : PolicyEffect::Permit;
    const std::uint64_t kinds = drawn(0, 2);
    for (std::uint16_t i = 0; i < kinds; ++i)
        out.kinds.push_back(static_cast<std::uint16_t>(100 + i));
    out.class_max = static_cast<std::uint8_t>(drawn(0, 1) == 0 ? 3 : drawn(0, 3));
    out.from = drawn_parties();
    out.to = drawn_parties();
    if (out.effect == PolicyEffect::Permit && drawn(0, 1) == 0) {
        out.approvals = static_cast<std::uint8_t>(drawn(0, 2));
        out.approver_role = out.approvals > 0 ? office_role::kSupervisor : std::uint16_t{0};
        out.size_max = drawn(0, 1) * 1000;
    }
    return out;
}

inline crypto::PolicyRecord drawn_policy(const AgencyId& agency) {
    crypto::PolicyRecord out{agency, static_cast<std::uint32_t>(drawn(1, 9)), {}, {}};
    const std::uint64_t rules = drawn(0, 8);
    for (std::uint64_t i = 0; i < rules; ++i) {
        out.rules.push_back(drawn_rule("rule-" + std::to_string(i)));
    }
    return out;
}

}  // namespace chapar::testing
