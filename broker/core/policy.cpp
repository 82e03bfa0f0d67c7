#include "broker/core/policy.h"

#include <algorithm>
#include <map>

#include "broker/core/directory.h"

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

// Policies read once per decision.
class Tables {
  public:
    Tables(const storage::ReadTxn& txn, const std::optional<RuleName>& without)
        : txn_(txn), without_(without) {}

    Result<DecisionLine> ask(Direction direction, const AgencyId& agency, const Subject& subject,
                             const crypto::OfficeRecord& from, const crypto::OfficeRecord& to) {
        auto found = policies_.find(agency);
        if (found == policies_.end()) {
            found = policies_.emplace(agency, CHAPAR_TRY(read_policy(txn_, agency))).first;
        }
        DecisionLine line{direction, Effect::Deny, agency, to.office, {}, {}};
        if (!found->second) return line;
        line.policy = found->second->hash;
        const bool left_out = without_ && without_->agency == agency;
        const crypto::PolicyRule* rule =
            deciding_rule(found->second->record.rules, direction, subject, from, to,
                          left_out ? &without_->rule : nullptr);
        if (rule != nullptr) {
            line.effect = rule->effect;
            line.rule = rule->id;
        }
        return line;
    }

  private:
    const storage::ReadTxn& txn_;
    const std::optional<RuleName>& without_;
    std::map<AgencyId, std::optional<PolicyEntry>> policies_;
};

bool same_rule(const DecisionLine& a, const DecisionLine& b) {
    return a.direction == b.direction && a.agency == b.agency && a.rule == b.rule;
}

}  // namespace

const crypto::PolicyRule* deciding_rule(std::span<const crypto::PolicyRule> rules,
                                        Direction direction, const Subject& subject,
                                        const crypto::OfficeRecord& from,
                                        const crypto::OfficeRecord& to,
                                        const std::string* without) {
    const crypto::PolicyRule* permit = nullptr;
    for (const crypto::PolicyRule& rule : rules) {
        if (without != nullptr && rule.id == *without) continue;
        if (!matches(rule, direction, subject, from, to)) continue;
        if (rule.effect == Effect::Deny) return &rule;
        if (permit == nullptr) permit = &rule;
    }
    return permit;
}

Result<Decision> decide_policy(const storage::ReadTxn& txn, const crypto::OfficeRecord& from,
                               std::span<const crypto::OfficeRecord> to, const Subject& subject,
                               const std::optional<RuleName>& without) {
    CHAPAR_ASSERT(!to.empty());
    Tables tables(txn, without);
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
