// Policies as plain data: who may say what to whom, as an agency signed it.
//
// Owns: the body of record type 7, strictly read. Does not decide anything: evaluation is the
// broker's and the client's. Source: crypto/records.md, "Signed records".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/record.h"
#include "crypto/registrars.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

enum class PolicyDirection : std::uint8_t { Export = 1, Import = 2 };
enum class PolicyEffect : std::uint8_t { Permit = 1, Deny = 2 };
enum class PartyKind : std::uint8_t { Office = 1, Agency = 2, Country = 3 };

// A name of its kind: an OfficeId, an AgencyId, or a country code; checked by decode.
struct PolicyParty {
    PartyKind kind = PartyKind::Office;
    std::string name;
    auto operator<=>(const PolicyParty&) const = default;
};

struct PolicyRule {
    std::string id;  // 1..64 of a-z 0-9 . -, unique in its policy
    PolicyDirection direction = PolicyDirection::Export;
    PolicyEffect effect = PolicyEffect::Permit;
    std::vector<std::uint16_t> kinds;  // empty: any kind
    std::uint8_t class_max = 0;        // 0..3, the highest classification it speaks of
    std::vector<PolicyParty> from;     // empty: any
    std::vector<PolicyParty> to;       // empty: any
    // Conditions, in PERMIT rules only; a rule that matches but whose condition fails does not
    // permit.
    std::uint8_t approvals = 0;       // 0..limits::kApprovals, by different officers
    std::uint16_t approver_role = 0;  // one office_role bit if approvals > 0, else 0
    std::uint64_t size_max = 0;       // bytes of all streams as sealed; 0 = no limit
    bool operator==(const PolicyRule&) const = default;
};

[[nodiscard]] bool is_rule_id(std::string_view text);

// Type 7, signed by k registrars.
struct PolicyRecord {
    AgencyId agency;
    std::uint32_t version = 1;      // from 1, each the last plus one
    PolicyHash previous;            // zero for the first
    std::vector<PolicyRule> rules;  // at most limits::kPolicyRules; may be empty: deny all

    // REQUIRES: what decode demands; decode(encode()) tells.
    [[nodiscard]] Bytes encode() const;
    // MalformedLayout for an unknown enum value, a name that is none, an id or a set member twice.
    [[nodiscard]] static Result<PolicyRecord> decode(ByteView body);
    bool operator==(const PolicyRecord&) const = default;
};

[[nodiscard]] PolicyHash policy_hash(ByteView policy_body);

[[nodiscard]] Result<PolicyRecord> open_policy(const SignedRecord& record,
                                               const RegistrarsRecord& registrars);

}  // namespace chapar::crypto
