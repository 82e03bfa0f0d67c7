// Policy: nothing is allowed that a rule does not allow, and less is never more.
#include <map>

#include "broker/core/directory.h"
#include "broker/core/policy.h"
#include "broker/core/tables.h"
#include "storage/memory_store.h"
#include "tests/unit/properties/drawn_policy.h"

namespace chapar::testing {
namespace {

using broker::Effect;

using Policies = std::map<AgencyId, crypto::PolicyRecord>;

crypto::OfficeRecord office_record(const SmallOffice& office) {
    return {AgencyId::parse(office.agency).value(),
            OfficeId::parse(office.office).value(),
            crypto::CountryCode::parse(office.country).value(),
            crypto::office_role::kLiaison,
            {TimeMs(0), TimeMs(1)},
            {}};
}

struct Question {
    crypto::OfficeRecord from = office_record(kOffices[drawn(0, kOffices.size() - 1)]);
    std::vector<crypto::OfficeRecord> to;
    broker::Subject subject;

    Question() {
        for (std::uint64_t n = drawn(1, 2); n > 0; --n) {
            to.push_back(office_record(kOffices[drawn(0, kOffices.size() - 1)]));
        }
        subject.kind = static_cast<std::uint16_t>(drawn(100, 102));
        subject.classification = static_cast<std::uint8_t>(drawn(0, 3));
        broker::Conditions conditions{drawn(0, 2000), {}};
        for (std::uint64_t n = drawn(0, 3); n > 0; --n) {
            conditions.approvers.push_back({from.agency, crypto::office_role::kSupervisor});
        }
        subject.conditions = conditions;
    }
};

Policies drawn_policies() {
    Policies out;
    for (const SmallOffice& office : kOffices) {
        const AgencyId agency = AgencyId::parse(office.agency).value();
        // One agency of ten has published nothing.
        if (!out.contains(agency) && drawn(0, 9) != 0) out.emplace(agency, drawn_policy(agency));
    }
    return out;
}

Effect decided(const Policies& policies, const Question& question,
               const std::optional<broker::RuleName>& without = {}) {
    storage::MemoryStore store(broker::store_tables());
    auto txn = store.begin_write().value();
    std::uint64_t entry = 0;
    for (const auto& [agency, policy] : policies) {
        const broker::PolicyEntry row{crypto::policy_hash(policy.encode()), policy};
        RC_ASSERT(broker::put_policy(*txn, row, EntryIndex(++entry)).has_value());
    }
    return broker::decide_policy(*txn, question.from, question.to, question.subject, without)
        ->effect;
}

// Any rule of any agency; empty if there is none.
std::optional<broker::RuleName> any_rule(const Policies& policies, Effect effect) {
    std::vector<broker::RuleName> rules;
    for (const auto& [agency, policy] : policies) {
        for (const crypto::PolicyRule& rule : policy.rules) {
            if (rule.effect == effect) rules.push_back({agency, rule.id});
        }
    }
    if (rules.empty()) return std::nullopt;
    return rules[drawn(0, rules.size() - 1)];
}

Policies without(Policies policies, const broker::RuleName& name) {
    auto& rules = policies.at(name.agency).rules;
    std::erase_if(rules, [&](const crypto::PolicyRule& rule) { return rule.id == name.rule; });
    return policies;
}

}  // namespace

TEST_CASE("policies and questions are drawn such that both answers are common") {
    std::size_t permitted = 0, asked = 0;
    holds([&] {
        permitted += decided(drawn_policies(), Question()) == Effect::Permit ? 1U : 0U;
        ++asked;
    });
    MESSAGE(permitted << " of " << asked << " permitted");
    CHECK(permitted * 20 >= asked);
    CHECK(permitted * 2 <= asked);
}

TEST_CASE("taking a grant away never allows what was refused") {
    holds([] {
        const Policies policies = drawn_policies();
        const Question question;
        const auto grant = any_rule(policies, Effect::Permit);
        if (!grant) return;
        const Effect before = decided(policies, question);
        const Effect after = decided(without(policies, *grant), question);
        // Fails if a DENY that matches does not win, or if no match at all permits.
        RC_ASSERT(before == Effect::Permit || after == Effect::Deny);
        // What a replay's what-if says is what would have been.
        RC_ASSERT(decided(policies, question, grant) == after);
    });
}

TEST_CASE("one more refusal never allows what was refused") {
    holds([] {
        const Policies policies = drawn_policies();
        const Question question;
        if (policies.empty()) return;
        auto more = policies;
        auto rule = drawn_rule("one-more");
        rule.effect = Effect::Deny;
        rule.approvals = 0;
        rule.approver_role = 0;
        rule.size_max = 0;
        auto& rules =
            std::next(more.begin(), static_cast<std::ptrdiff_t>(drawn(0, more.size() - 1)))
                ->second.rules;
        rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(drawn(0, rules.size())), rule);
        RC_ASSERT(decided(policies, question) == Effect::Permit ||
                  decided(more, question) == Effect::Deny);
    });
}

TEST_CASE("where an agency has no rule at all, nothing passes it") {
    holds([] {
        Policies policies = drawn_policies();
        const Question question;
        policies.erase(drawn(0, 1) == 0 ? question.from.agency : question.to.front().agency);
        RC_ASSERT(decided(policies, question) == Effect::Deny);
    });
}

TEST_CASE("fewer approvals or more bytes never allow what was refused") {
    holds([] {
        const Policies policies = drawn_policies();
        const Question question;
        Question less = question;
        switch (drawn(0, 2)) {
            case 0:
                if (!less.subject.conditions->approvers.empty()) {
                    less.subject.conditions->approvers.pop_back();
                }
                break;
            case 1:
                less.subject.conditions->size += drawn(1, 3000);
                break;
            default:
                less.subject.conditions->approvers.clear();
        }
        // Fails if a condition is compared the wrong way round.
        RC_ASSERT(decided(policies, question) == Effect::Permit ||
                  decided(policies, less) == Effect::Deny);
    });
}

TEST_CASE("the order of the rules decides nothing") {
    holds([] {
        const Policies policies = drawn_policies();
        const Question question;
        Policies turned = policies;
        for (auto& [agency, policy] : turned) std::ranges::reverse(policy.rules);
        RC_ASSERT(decided(policies, question) == decided(turned, question));
    });
}

}  // namespace chapar::testing
