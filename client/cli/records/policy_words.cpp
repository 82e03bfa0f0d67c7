#include "client/cli/records/policy_words.h"

#include "client/cli/records/record_words.h"
#include "schemas/header.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {

std::string kinds_text(const std::vector<std::uint16_t>& kinds) {
    std::string out;
    for (const std::uint16_t number : kinds) {
        const schemas::KindInfo* info = schemas::find_kind(static_cast<schemas::Kind>(number));
        out += (out.empty() ? "" : ", ") +
               (info ? std::string(info->name) : "kind " + std::to_string(number));
    }
    return out.empty() ? "any kind" : out;
}

std::string parties_text(const std::vector<crypto::PolicyParty>& parties) {
    std::string out;
    for (const crypto::PolicyParty& party : parties) {
        const char* kind = party.kind == crypto::PartyKind::Office   ? "office:"
                           : party.kind == crypto::PartyKind::Agency ? "agency:"
                                                                     : "country:";
        out += (out.empty() ? "" : ", ") + (kind + party.name);
    }
    return out.empty() ? "any" : out;
}

}  // namespace

std::string condition_text(std::uint8_t approvals, std::uint16_t role, std::uint64_t size_max) {
    std::string out;
    if (approvals > 0) {
        out = std::to_string(approvals) + (approvals == 1 ? " approval" : " approvals") + " by a " +
              role_names(role);
    }
    if (size_max > 0) {
        out += (out.empty() ? "" : ", ") + ("at most " + std::to_string(size_max) + " bytes");
    }
    return out;
}

std::string rule_text(const crypto::PolicyRule& rule) {
    const auto highest = schemas::code_numbered<schemas::Classification>(rule.class_max);
    const std::string condition = condition_text(rule.approvals, rule.approver_role, rule.size_max);
    return rule.id + ": " +
           (rule.direction == crypto::PolicyDirection::Export ? "export" : "import") + " of " +
           kinds_text(rule.kinds) + " up to " +
           (highest ? std::string(schemas::text_of(*highest)) : "any class") + ", from " +
           parties_text(rule.from) + ", to " + parties_text(rule.to) +
           (rule.effect == crypto::PolicyEffect::Permit ? ", is permitted" : ", is DENIED") +
           (condition.empty() ? "" : " with " + condition);
}

}  // namespace chapar::client
