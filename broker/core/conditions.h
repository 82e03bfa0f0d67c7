// What the conditions of PERMIT rules ask of an envelope: its size, and who approved it.
//
// Owns: the facts, gathered once when the envelope is decided and kept with it, and the judgement
// of one rule by them. Does not know policies or signatures (ingress has checked those), nor
// whether an approver is in force (addressees.h). Source: crypto.md 2 "Approvals".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/core/directory_view.h"
#include "crypto/envelope.h"
#include "crypto/policy_record.h"
#include "schemas/base/errors.h"
#include "schemas/base/ids.h"
#include "schemas/base/layout.h"
#include "schemas/base/result.h"

namespace chapar::broker {

// One officer, with the roles of all offices from which that officer approved.
struct Approver {
    AgencyId agency;
    std::uint16_t roles = 0;
    bool operator==(const Approver&) const = default;
};

struct Conditions {
    std::uint64_t size = 0;           // bytes of all streams as sealed
    std::vector<Approver> approvers;  // different officers, the sender not among them

    void encode(LayoutWriter& out) const;
    [[nodiscard]] static Result<Conditions> decode(LayoutReader& in);
    bool operator==(const Conditions&) const = default;
};

// Of an envelope whose sender and approvers the directory holds. An officer is an agency and a
// pseudonym: several devices of one officer are one, and the drafter's other device is the drafter.
[[nodiscard]] Result<Conditions> conditions_of(const DirectoryView& directory,
                                               const crypto::EnvelopeStatement& statement,
                                               const CertificateHash& sender);

// What this PERMIT rule of `agency` asks for and the envelope does not have: PolicySize or
// ApprovalMissing; empty if it permits. Approvers count who are of the rule's own agency.
[[nodiscard]] std::optional<Errc> unmet_condition(const crypto::PolicyRule& rule,
                                                  const AgencyId& agency,
                                                  const Conditions& conditions);

}  // namespace chapar::broker
