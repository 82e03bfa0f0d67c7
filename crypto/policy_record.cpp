#include "crypto/policy_record.h"

#include <algorithm>
#include <bit>
#include <set>

#include "crypto/record_layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kMaxRuleIdBytes = 64;
constexpr std::uint8_t kMaxClass = 3;

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

bool is_party_name(PartyKind kind, const std::string& name) {
    switch (kind) {
        case PartyKind::Office:
            return OfficeId::parse(name).has_value();
        case PartyKind::Agency:
            return AgencyId::parse(name).has_value();
        case PartyKind::Country:
            return CountryCode::parse(name).has_value();
    }
    return false;
}

void write_parties(LayoutWriter& out, const std::vector<PolicyParty>& parties) {
    out.u16(static_cast<std::uint16_t>(parties.size()));
    for (const PolicyParty& party : parties) {
        out.u8(static_cast<std::uint8_t>(party.kind)).counted8(view(party.name));
    }
}

Result<std::vector<PolicyParty>> read_parties(LayoutReader& in) {
    std::vector<PolicyParty> out;
    const std::size_t count = in.u16();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const auto kind = static_cast<PartyKind>(in.u8());
        PolicyParty party{kind, to_string(in.counted8())};
        if (!is_party_name(kind, party.name)) return malformed("policy party");
        out.push_back(std::move(party));
    }
    if (has_duplicate(out)) return malformed("policy party twice");
    return out;
}

void write_rule(LayoutWriter& out, const PolicyRule& rule) {
    out.counted8(view(rule.id)).u8(static_cast<std::uint8_t>(rule.direction));
    out.u8(static_cast<std::uint8_t>(rule.effect));
    out.u16(static_cast<std::uint16_t>(rule.kinds.size()));
    for (const std::uint16_t kind : rule.kinds) out.u16(kind);
    out.u8(rule.class_max);
    write_parties(out, rule.from);
    write_parties(out, rule.to);
    out.u8(rule.approvals).u16(rule.approver_role).u64(rule.size_max);
}

bool is_one_role(std::uint16_t role) {
    return std::has_single_bit(role) && (role & ~office_role::kAll) == 0;
}

// Conditions make a permit narrower; a denial has none.
bool conditions_hold_together(const PolicyRule& rule) {
    if (rule.approvals > limits::kApprovals) return false;
    if (rule.effect == PolicyEffect::Deny && (rule.approvals != 0 || rule.size_max != 0)) {
        return false;
    }
    return rule.approvals > 0 ? is_one_role(rule.approver_role) : rule.approver_role == 0;
}

Result<PolicyRule> read_rule(LayoutReader& in) {
    PolicyRule out;
    out.id = to_string(in.counted8());
    const std::uint8_t direction = in.u8();
    const std::uint8_t effect = in.u8();
    const std::size_t kinds = in.u16();
    for (std::size_t i = 0; i < kinds && in.ok(); ++i) out.kinds.push_back(in.u16());
    out.class_max = in.u8();
    out.from = CHAPAR_TRY(read_parties(in));
    out.to = CHAPAR_TRY(read_parties(in));
    out.approvals = in.u8();
    out.approver_role = in.u16();
    out.size_max = in.u64();
    if (!is_rule_id(out.id)) return malformed("policy rule id");
    if (direction < 1 || direction > 2 || effect < 1 || effect > 2 || out.class_max > kMaxClass) {
        return malformed("policy rule");
    }
    if (has_duplicate(out.kinds)) return malformed("policy kind twice");
    out.direction = static_cast<PolicyDirection>(direction);
    out.effect = static_cast<PolicyEffect>(effect);
    if (!conditions_hold_together(out)) return malformed("policy conditions");
    return out;
}

}  // namespace

bool is_rule_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxRuleIdBytes && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

Bytes PolicyRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).u32(version).raw(previous.view());
    out.u16(static_cast<std::uint16_t>(rules.size()));
    for (const PolicyRule& rule : rules) write_rule(out, rule);
    return out.take();
}

Result<PolicyRecord> PolicyRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "policy"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const std::uint32_t version = in.u32();
    const auto previous = in.fixed<PolicyHash>();
    PolicyRecord out{agency, version, previous, {}};
    const std::size_t count = in.u16();
    if (count > limits::kPolicyRules || version == 0) return malformed("policy");
    std::set<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        out.rules.push_back(CHAPAR_TRY(read_rule(in)));
        if (!ids.insert(out.rules.back().id).second) return malformed("policy rule twice");
    }
    CHAPAR_TRY(in.finish("policy"));
    return out;
}

PolicyHash policy_hash(ByteView policy_body) {
    return record_hash_as<PolicyHash>(RecordType::Policy, policy_body);
}

Result<PolicyRecord> open_policy(const SignedRecord& record, const RegistrarsRecord& registrars) {
    PolicyRecord out = CHAPAR_TRY(decode_as<PolicyRecord>(record, RecordType::Policy));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    return out;
}

}  // namespace chapar::crypto
