#include "broker/core/policy.h"

#include <algorithm>

#include "broker/core/directory_view.h"

namespace chapar::broker {
namespace {

bool names(const crypto::PolicyParty& party, const crypto::OfficeRecord& office) {
    switch (party.kind) {
        case crypto::PartyKind::Office:
            return party.name == office.office.text();
        case crypto::PartyKind::Agency:
            return party.name == office.agency.text();
        case crypto::PartyKind::Country:
            return party.name == office.country.text();
    }
    return false;
}

bool side_matches(std::span<const crypto::PolicyParty> parties,
                  const crypto::OfficeRecord& office) {
    return parties.empty() || std::ranges::any_of(parties, [&](const crypto::PolicyParty& party) {
               return names(party, office);
           });
}

bool matches(const crypto::PolicyRule& rule, Direction direction, const Subject& subject,
             const crypto::OfficeRecord& from, const crypto::OfficeRecord& to) {
    return rule.direction == direction && subject.classification <= rule.class_max &&
           (rule.kinds.empty() ||
            std::ranges::find(rule.kinds, subject.kind) != rule.kinds.end()) &&
           side_matches(rule.from, from) && side_matches(rule.to, to);
}

// The rule that decides, null for default deny; with `unmet`, a PERMIT whose condition is not met.
struct Match {
    const crypto::PolicyRule* rule = nullptr;
    std::optional<Errc> unmet;
};

Match deciding_rule(const crypto::PolicyRecord& policy, Direction direction, const Subject& subject,
                    const crypto::OfficeRecord& from, const crypto::OfficeRecord& to,
                    const std::string* without) {
    Match permit;
    for (const crypto::PolicyRule& rule : policy.rules) {
        if (without != nullptr && rule.id == *without) continue;
        if (!matches(rule, direction, subject, from, to)) continue;
        if (rule.effect == Effect::Deny) return {&rule, std::nullopt};
        const auto unmet = subject.conditions
                               ? unmet_condition(rule, policy.agency, *subject.conditions)
                               : std::nullopt;
        // The first that permits; before there is one, the first that would.
        if (permit.rule == nullptr || (permit.unmet && !unmet)) permit = {&rule, unmet};
    }
    return permit;
}

std::string role_text(std::uint16_t role) {
    switch (role) {
        case crypto::office_role::kLiaison:
            return "LIAISON";
        case crypto::office_role::kAuditor:
            return "AUDITOR";
        case crypto::office_role::kSupervisor:
            return "SUPERVISOR";
        case crypto::office_role::kProsecutor:
            return "PROSECUTOR";
        default:
            return "role " + std::to_string(role);
    }
}

class Tables {
  public:
    Tables(const DirectoryView& directory, const std::optional<RuleName>& without)
        : directory_(directory), without_(without) {}

    Result<DecisionLine> ask(Direction direction, const AgencyId& agency, const Subject& subject,
                             const crypto::OfficeRecord& from, const crypto::OfficeRecord& to) {
        const PolicyEntry* policy = CHAPAR_TRY(directory_.policy(agency));
        DecisionLine line{direction, Effect::Deny, agency, to.office, {}, {}};
        if (policy == nullptr) return line;
        line.policy = policy->hash;
        const bool left_out = without_ && without_->agency == agency;
        const Match match = deciding_rule(policy->record, direction, subject, from, to,
                                          left_out ? &without_->rule : nullptr);
        if (match.rule == nullptr) return line;
        line.effect = match.unmet ? Effect::Deny : match.rule->effect;
        line.rule = match.rule->id;
        line.approvals = match.rule->approvals;
        line.role = match.rule->approver_role;
        line.size_max = match.rule->size_max;
        line.unmet = match.unmet;
        return line;
    }

  private:
    const DirectoryView& directory_;
    const std::optional<RuleName>& without_;
};

bool same_rule(const DecisionLine& a, const DecisionLine& b) {
    return a.direction == b.direction && a.agency == b.agency && a.rule == b.rule;
}

}  // namespace

Error refusal_of(std::span<const DecisionLine> lines) {
    const DecisionLine* size = nullptr;
    const DecisionLine* approvals = nullptr;
    for (const DecisionLine& line : lines) {
        if (line.effect != Effect::Deny) continue;
        if (!line.unmet) return Error(Errc::PolicyRefused);
        (*line.unmet == Errc::PolicySize ? size : approvals) = &line;
    }
    // A size that is too large cannot be mended by approvals: it is said first.
    if (size != nullptr) {
        return Error(Errc::PolicySize, "at most " + std::to_string(size->size_max) + " bytes");
    }
    CHAPAR_ASSERT(approvals != nullptr);
    return Error(Errc::ApprovalMissing, std::to_string(approvals->approvals) + " of " +
                                            role_text(approvals->role) + " of " +
                                            approvals->agency.text());
}

Error Decision::refusal() const {
    CHAPAR_ASSERT(effect == Effect::Deny);
    return refusal_of(lines);
}

Result<Decision> decide_policy(const DirectoryView& directory, const crypto::OfficeRecord& from,
                               std::span<const crypto::OfficeRecord> to, const Subject& subject,
                               const std::optional<RuleName>& without) {
    CHAPAR_ASSERT(!to.empty());
    Tables tables(directory, without);
    Decision decision;
    for (const crypto::OfficeRecord& office : to) {
        decision.lines.push_back(
            CHAPAR_TRY(tables.ask(Direction::Export, from.agency, subject, from, office)));
        decision.lines.push_back(
            CHAPAR_TRY(tables.ask(Direction::Import, office.agency, subject, from, office)));
    }
    const auto denies = [](const DecisionLine& line) { return line.effect == Effect::Deny; };
    if (std::ranges::any_of(decision.lines, denies)) decision.effect = Effect::Deny;
    return decision;
}

std::vector<DecisionLine> lines_to_record(const Decision& decision) {
    std::vector<DecisionLine> out;
    for (DecisionLine line : decision.lines) {
        if (line.effect != decision.effect) continue;
        if (decision.effect == Effect::Deny && line.direction == Direction::Import) {
            line.rule.clear();
            line.policy = PolicyHash{};
        }
        if (std::ranges::none_of(out, [&](const DecisionLine& d) { return same_rule(d, line); })) {
            out.push_back(std::move(line));
        }
    }
    return out;
}

}  // namespace chapar::broker
